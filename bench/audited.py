"""voicemon under an audit hook (PEP 578): ``python -m bench.audited LOG voicemon-arguments...``.

The hook stands before anything of voicemon is imported, cannot be taken away, and writes one JSON line for each file
that Python opens for writing, each use of a socket and each program started.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final

WRITING_MODES: Final = frozenset("wax+")
WRITING_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
PROGRAMS: Final = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"})
FILES: Final = frozenset({"sqlite3.connect", "os.rename", "os.link", "os.symlink", "os.truncate", "tempfile.mkstemp"})


def main() -> None:
    log, *arguments = sys.argv[1:]
    install(log)
    from voicemon.cli.main import run

    run(arguments)


def install(log: str) -> None:
    """From here on this process tells ``log`` what it does."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hook(event: str, values: tuple[Any, ...]) -> None:
        kind = _kind(event, values)
        if kind is not None:
            told = [value if isinstance(value, (int, str)) else str(value) for value in values[:2]]
            # Linux can open a folder for writing: that makes a file without a name in it.
            if event == "open" and os.path.isdir(told[0]):
                told[0] = f"{told[0]}/#nameless"
            os.write(out, json.dumps([kind, event, told]).encode() + b"\n")

    sys.addaudithook(hook)


def _kind(event: str, values: tuple[Any, ...]) -> str | None:
    if event == "open":
        path, mode, flags = values
        # A number: a descriptor that is open already, and was told when it was opened.
        writing = bool(WRITING_MODES & set(mode or "")) or bool(isinstance(flags, int) and flags & WRITING_FLAGS)
        return "file" if writing and not isinstance(path, int) else None
    if event.startswith("socket."):
        return "socket"
    return "program" if event in PROGRAMS else "file" if event in FILES else None


if __name__ == "__main__":
    main()
