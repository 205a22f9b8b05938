"""The commands compute on their own threads: OpenBLAS's would spin on a core beside the softphone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import contextlib, os
from voicemon.cli import main
with contextlib.suppress(SystemExit):
    main.run(["--version"])
import numpy as np
square = np.ones((500, 500), np.float32)
square @ square
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
@pytest.mark.skipif(os.cpu_count() == 1, reason="one core: OpenBLAS has one thread anyway")
def test_a_matrix_product_starts_no_threads() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "1"
