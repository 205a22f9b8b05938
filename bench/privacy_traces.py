"""What a run of the program opened for writing, spoke to and started: read from strace or from an audit hook."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

WRITING: Final = re.compile(r"O_(?:WRONLY|RDWR|CREAT|TMPFILE)")

_OPEN: Final = re.compile(
    r'^(?:open|openat|openat2|creat)\([^"]*"(?:[^"\\]|\\.)*"(?P<flags>.*)\) += \d+<(?P<path>.*)>$'
)
_FAMILY: Final = re.compile(r"^socket\((?P<family>[A-Z0-9_]+)")
_ADDRESS: Final = re.compile(r"\{sa_family=(?P<family>AF_[A-Z0-9_]+)(?P<rest>[^}]*)\}")
_UNIX_PATH: Final = re.compile(r'sun_path=(@?)"((?:[^"\\]|\\.)*)"')
_PROGRAM: Final = re.compile(r'^execve\("((?:[^"\\]|\\.)*)".* = 0$')

SPEAKING: Final = ("connect(", "bind(", "sendto(", "sendmsg(", "sendmmsg(")
"""Calls that name whom they speak to; others only ask after addresses."""

LOCAL_FAMILIES: Final = frozenset({"AF_UNIX", "AF_LOCAL"})

NETWORK_FAMILIES: Final = frozenset({"AF_INET", "AF_INET6", "AF_PACKET", "AF_BLUETOOTH", "AF_VSOCK", "AF_CAN"})


@dataclass(slots=True)
class Trace:
    """``files``: paths opened for writing; ``families`` of sockets made; ``peers``: (family, address) spoken to."""

    files: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    peers: set[tuple[str, str]] = field(default_factory=set)
    programs: list[str] = field(default_factory=list)


def from_strace(folder: Path) -> Trace:
    """Of ``strace -ff -y -o FOLDER/x -e trace=network,openat,open,openat2,creat,execve``."""
    trace = Trace()
    for path in sorted(folder.iterdir()):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            _strace_line(line, trace)
    # The first program is the one that was asked for.
    trace.programs = trace.programs[1:]
    return trace


def _strace_line(line: str, trace: Trace) -> None:
    if found := _OPEN.match(line):
        if WRITING.search(found["flags"]) or line.startswith("creat("):
            trace.files.add(found["path"].removesuffix("(deleted)"))
    elif found := _PROGRAM.match(line):
        trace.programs.append(found[1])
    else:
        if found := _FAMILY.match(line):
            trace.families.add(found["family"])
        for address in _ADDRESS.finditer(line) if line.startswith(SPEAKING) else ():
            path = _UNIX_PATH.search(address["rest"])
            where = path[1] + path[2] if path else address["rest"].strip(", ")
            trace.peers.add((address["family"], where))


def from_audit(log: Path) -> Trace:
    """Of :mod:`bench.audited`.  Every socket counts, whatever its family: Python itself needs none."""
    trace = Trace()
    for line in log.read_text(encoding="utf-8").splitlines():
        kind, event, values = json.loads(line)
        if kind == "file":
            trace.files.add(str(values[0]))
        elif kind == "program":
            trace.programs.append(str(values[0]) if values else event)
        else:
            trace.families.add(event)
    return trace


# ------------------------------------------------------------------------------------------------------- judgement


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of file or peer that the program may have, by a pattern on the whole path."""

    kind: str
    pattern: re.Pattern[str]


def _places(*rows: tuple[str, str]) -> tuple[Place, ...]:
    return tuple(Place(kind, re.compile(pattern)) for kind, pattern in rows)


FILES: Final = _places(
    ("events", r".*/live\.jsonl"),
    ("history", r".*/history\.sqlite3(-wal|-shm|-journal)?"),
    ("log", r".*/voicemon[^/]*\.log(\.\d)?"),
    ("recording", r".*/voicemon-\d{8}-\d{6}-\d+(-\d+)?\.flac"),
    ("recording", r".*/#(nameless|\d+) ?"),
    ("narrowed model", r".*/voicemon/models/(\.narrow-[^/]*|[0-9a-f]{16}-[0-9a-f]{8}-zh\d+)(/[^/]*)?"),
    ("one instance a device", r".*/voicemon/(run/)?[0-9a-f]{16}\.(lock|pid)"),
    ("sound system", r".*/(pulse|pipewire)/[^/]*|.*/\.(pulse-cookie|config/pulse/.*)|/dev/snd/.*"),
    ("sound system", r"/dev/shm/(pulse-shm-\d+|jack_db-\d+/.*|jack-?[^/]*)|/?memfd:pulseaudio.*|/memfd:pipewire.*"),
    ("compiled Python", r".*/__pycache__/.*"),
    ("memory of the C libraries", r"/dev/shm/(sem\.|__KMP_REGISTERED_LIB_|psm_)[^/]*"),
    ("nothing: a device", r"/dev/(null|tty|pts/\d+|zero)|/proc/self/.*|/proc/\d+/.*"),
    ("the terminal", r"(pipe|socket):\[\d+\]"),
)
"""Everything that may be opened for writing, recordings only where they were asked for: the nameless file tries
their folder.  Anything else is a finding."""

PEERS: Final = _places(
    ("sound system", r"@?.*(pulse|pipewire|jack|/socket$|alsa|/dbus).*"),
    ("user names", r"/(var/)?run/(nscd/socket|systemd/userdb/.*)"),
)
"""Local sockets that may be spoken to; the third of the sound system's names is the virtual microphone's server."""

PROGRAMS: Final = frozenset({"ldconfig", "gcc", "cc", "ld", "sh", "objdump", "pactl"})
"""``ctypes.util.find_library`` asks the first where a C library is; ``pactl get-source-volume`` tells the input volume
that the sound server applies, which a calibration is compared with (:mod:`voicemon.calibration.osgain`)."""


def kind_of(path: str, places: Iterable[Place]) -> str | None:
    return next((place.kind for place in places if place.pattern.fullmatch(path)), None)


def wrong(trace: Trace, *, recording: bool = False) -> Iterator[str]:
    """What the program did that it promises not to do, one line each; ``recording``: it was asked to record."""
    for path in sorted(trace.files):
        if kind_of(path, FILES) in (None, *(() if recording else ("recording",))):
            yield f"a file that nobody asked for: {path}"
    for family in sorted(trace.families):
        if family in NETWORK_FAMILIES or family.startswith("socket."):
            yield f"a socket: {family}"
    for family, where in sorted(trace.peers):
        if family in LOCAL_FAMILIES and kind_of(where, PEERS) is None:
            yield f"a local socket that is not the sound system's: {where}"
        elif family in NETWORK_FAMILIES:
            yield f"the network: {family} {where}"
    for program in trace.programs:
        if Path(program.split()[0]).name not in PROGRAMS:
            yield f"a program: {program}"
