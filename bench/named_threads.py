"""Run ``voicemon`` with its threads named for the system too: ``python -m bench.named_threads live …``.

Python before 3.14 keeps a thread's name to itself.  Here each thread writes its name where ``top`` and ``/proc`` show
it; threads that libraries start in C inherit the name of the one that started them.  Nothing else is changed.
"""

from __future__ import annotations

import contextlib
import runpy
import threading
from pathlib import Path
from typing import Final

LONGEST: Final = 15
"""Linux keeps so many characters."""


def tell_name(thread: threading.Thread) -> None:
    """Give the calling thread the name that Python knows it by, where the system has a place for it."""
    with contextlib.suppress(OSError):
        comm = Path(f"/proc/self/task/{threading.get_native_id()}/comm")
        comm.write_text(thread.name[:LONGEST], encoding="utf-8")


class _Named(threading.Thread):
    def run(self) -> None:
        tell_name(self)
        super().run()


def main() -> None:
    threading.Thread = _Named  # type: ignore[misc]
    runpy.run_module("voicemon", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
