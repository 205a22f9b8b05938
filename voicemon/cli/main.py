"""The command ``voicemon``: errors as one line with the right exit code, and nothing imported that is not needed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from voicemon.cli import quick
from voicemon.cli.complaint import complain
from voicemon.errors import ExitCode, VoicemonError

BLAS_THREADS: Final = "OPENBLAS_NUM_THREADS"
"""NumPy's matrix products here are small; OpenBLAS would lend each a thread a core and let it spin after every one."""


def run(arguments: list[str] | None = None) -> None:
    """The console script: never returns."""
    os.environ.setdefault(BLAS_THREADS, "1")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        code = _live(sys.argv[1:] if arguments is None else arguments)
        if code is None:
            from voicemon.cli import app

            code = app.run(arguments)
    except VoicemonError as error:
        complain(str(error))
        code = error.exit_code
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    raise SystemExit(int(code))


def _live(arguments: Sequence[str]) -> int | None:
    """``voicemon live``, where it is plain what is asked for."""
    given = quick.parameters(arguments)
    if given is None:
        return None
    from voicemon.cli.listening import run as listen
    from voicemon.cli.live_order import order_of

    try:
        return listen(order_of(given))
    except BrokenPipeError:
        # Nobody reads any more: the interpreter's last flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERNAL


if __name__ == "__main__":
    run()
