"""CTranslate2's ``model.bin``: what lies where in it, and a copy with fewer rows in some tables.

Layout of binary version 6, little-endian, as ``ctranslate2.specs`` writes it: version (u32), name of the specification,
its revision (u32), number of variables (u32); for each variable name, rank (u8), shape (u32 each), data type (u8),
bytes (u32), data in row-major order; then number of aliases (u32) and for each the alias and the variable it stands
for.  A string is its length (u16) and its bytes, a final NUL among them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Final, Protocol

VERSION: Final = 6
ITEM_BYTES: Final = (1, 2, 4)
"""8 to 32 bits a number; anything else is packed in a way that rows cannot be told by."""
MAX_VARIABLES: Final = 100_000
"""The largest Whisper has some two thousand; more is no such file."""
CHUNK: Final = 1 << 20


class Ct2FormatError(ValueError):
    """The file is not laid out as this module knows it."""


class Writer(Protocol):
    """What takes bytes in order."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Variable:
    """A tensor: ``size`` bytes from ``offset`` on; ``name`` and ``dtype`` as in the file."""

    name: bytes
    shape: tuple[int, ...]
    dtype: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Layout:
    """All that a file holds besides the numbers."""

    spec: bytes
    revision: int
    variables: tuple[Variable, ...]
    aliases: tuple[tuple[bytes, bytes], ...]


def read_layout(file: BinaryIO) -> Layout:
    """Read the structure, skipping the data.  Raises :class:`Ct2FormatError` or :class:`OSError`."""
    version = _number(file, "I")
    if version != VERSION:
        raise Ct2FormatError(f"binary version {version}, not {VERSION}")
    spec, revision, count = _text(file), _number(file, "I"), _number(file, "I")
    if count > MAX_VARIABLES:
        raise Ct2FormatError(f"{count} variables")
    variables = tuple(_variable(file) for _ in range(count))
    aliases = tuple((_text(file), _text(file)) for _ in range(_number(file, "I")))
    if file.read(1):
        raise Ct2FormatError("bytes after the end")
    return Layout(spec, revision, variables, aliases)


def copy(source: BinaryIO, layout: Layout, target: Writer, rows: Sequence[int], tables: Container[bytes]) -> None:
    """Write ``source`` to ``target``, with only ``rows`` of the variables named in ``tables``; the rest as it is.

    Raises :class:`Ct2FormatError` where a table has no such rows, :class:`OSError` as the streams do.
    """
    target.write(struct.pack("<I", VERSION) + _packed(layout.spec))
    target.write(struct.pack("<II", layout.revision, len(layout.variables)))
    for variable in layout.variables:
        chosen = variable.name in tables
        pieces = list(_runs(variable, rows)) if chosen else [(variable.offset, variable.size)]
        kept = replace(variable, shape=(len(rows), *variable.shape[1:])) if chosen else variable
        target.write(_heading(kept, sum(size for _, size in pieces)))
        for offset, size in pieces:
            _copy_bytes(source, target, offset, size)
    target.write(struct.pack("<I", len(layout.aliases)))
    for alias, name in layout.aliases:
        target.write(_packed(alias) + _packed(name))


def _variable(file: BinaryIO) -> Variable:
    name = _text(file)
    shape = tuple(_number(file, "I") for _ in range(_number(file, "B")))
    dtype, size = _number(file, "B"), _number(file, "I")
    offset = file.tell()
    if file.seek(size, 1) != offset + size:
        raise Ct2FormatError("cannot be positioned")
    return Variable(name, shape, dtype, offset, size)


def _runs(table: Variable, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(offset, bytes) of the wanted rows, neighbours joined; a row is as long as the shape and the size make it."""
    if not table.shape or table.size not in {math.prod(table.shape) * n for n in ITEM_BYTES}:
        raise Ct2FormatError(f"{table.name!r} is no plain table")
    if not rows or min(rows) < 0 or max(rows) >= table.shape[0]:
        raise Ct2FormatError(f"{table.name!r} has {table.shape[0]} rows")
    row_bytes = table.size // table.shape[0]
    first = last = rows[0]
    for row in rows[1:]:
        if row != last + 1:
            yield table.offset + first * row_bytes, (last + 1 - first) * row_bytes
            first = row
        last = row
    yield table.offset + first * row_bytes, (last + 1 - first) * row_bytes


def _heading(variable: Variable, size: int) -> bytes:
    rank = len(variable.shape)
    return _packed(variable.name) + struct.pack(f"<B{rank}IBI", rank, *variable.shape, variable.dtype, size)


def _copy_bytes(source: BinaryIO, target: Writer, offset: int, size: int) -> None:
    source.seek(offset)
    while size:
        data = _exactly(source, min(CHUNK, size))
        target.write(data)
        size -= len(data)


def _packed(text: bytes) -> bytes:
    return struct.pack("<H", len(text)) + text


def _number(file: BinaryIO, code: str) -> int:
    (value,) = struct.unpack("<" + code, _exactly(file, struct.calcsize("<" + code)))
    return int(value)


def _text(file: BinaryIO) -> bytes:
    return _exactly(file, _number(file, "H"))


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise Ct2FormatError("the file ends too early")
    return data
