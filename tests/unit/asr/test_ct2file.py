"""CTranslate2's file: read whole, written back to the byte, rows left out where asked."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest

from voicemon.asr import ct2file

FLOAT32, INT8, FLOAT16 = 0, 1, 4
ROWS, WIDTH = 11, 3
Tables = dict[str, tuple[int, np.ndarray]]


def binary(tables: Tables, aliases: dict[str, str], version: int = 6) -> bytes:
    """A file as CTranslate2's converter writes it."""

    def text(value: str) -> bytes:
        data = value.encode() + b"\0"
        return struct.pack("<H", len(data)) + data

    parts = [struct.pack("<I", version), text("WhisperSpec"), struct.pack("<II", 3, len(tables))]
    for name, (dtype, values) in tables.items():
        parts += [text(name), struct.pack("<B", values.ndim), struct.pack(f"<{values.ndim}I", *values.shape)]
        parts += [struct.pack("<BI", dtype, values.nbytes), values.tobytes()]
    parts += [struct.pack("<I", len(aliases)), *(text(part) for pair in aliases.items() for part in pair)]
    return b"".join(parts)


@pytest.fixture(params=["float32", "float16", "int8"])
def tables(request: pytest.FixtureRequest) -> Tables:
    rng = np.random.default_rng(1)
    numbers = rng.integers(-100, 100, (ROWS, WIDTH))
    rest: Tables = {
        "decoder/position": (FLOAT32, rng.standard_normal((ROWS, 2)).astype(np.float32)),
        "num_heads": (INT8, np.array(8, np.int8)),
    }
    if request.param == "int8":
        scale = rng.standard_normal(ROWS).astype(np.float32)
        return {"decoder/embeddings/weight": (INT8, numbers.astype(np.int8)), "scale": (FLOAT32, scale)} | rest
    dtype = FLOAT32 if request.param == "float32" else FLOAT16
    return {"decoder/embeddings/weight": (dtype, numbers.astype(request.param))} | rest


ALIASES = {"decoder/projection/weight": "decoder/embeddings/weight"}
NAMES = (b"decoder/embeddings/weight\0", b"scale\0")


def copied(data: bytes, rows: list[int]) -> bytes:
    file, target = io.BytesIO(data), io.BytesIO()
    ct2file.copy(file, ct2file.read_layout(file), target, rows, NAMES)
    return target.getvalue()


def test_all_rows_give_the_same_bytes(tables: Tables) -> None:
    data = binary(tables, ALIASES)
    assert copied(data, list(range(ROWS))) == data


@pytest.mark.parametrize("rows", [[0], [10], [0, 1, 2, 9], [3, 5, 7], list(range(4, 11))])
def test_the_wanted_rows_are_kept_and_all_else_is_as_it_was(tables: Tables, rows: list[int]) -> None:
    wanted = {name: (t, v[rows] if name.encode() + b"\0" in NAMES else v) for name, (t, v) in tables.items()}
    assert copied(binary(tables, ALIASES), rows) == binary(wanted, ALIASES)


def test_a_table_longer_than_a_chunk(monkeypatch: pytest.MonkeyPatch, tables: Tables) -> None:
    monkeypatch.setattr(ct2file, "CHUNK", 4)
    data = binary(tables, ALIASES)
    assert copied(data, list(range(ROWS))) == data


@pytest.mark.parametrize("version", [0, 5, 7])
def test_another_version_is_refused(tables: Tables, version: int) -> None:
    with pytest.raises(ct2file.Ct2FormatError, match=f"version {version}"):
        copied(binary(tables, ALIASES, version), [0])


def test_a_cut_or_lengthened_file_is_refused(tables: Tables) -> None:
    data = binary(tables, ALIASES)
    for wrong in (b"", data[:3], data[:30], data[: len(data) // 2], data[:-1], data + b"\0"):
        with pytest.raises(ct2file.Ct2FormatError):
            copied(wrong, [0])


def test_rows_that_are_not_there_are_refused(tables: Tables) -> None:
    for rows in ([], [ROWS], [-1, 2]):
        with pytest.raises(ct2file.Ct2FormatError, match="rows"):
            copied(binary(tables, ALIASES), rows)


def test_packed_numbers_are_refused() -> None:
    packed = np.zeros(ROWS * WIDTH // 2, np.int8)
    data = bytearray(binary({"scale": (INT8, packed)}, {}))
    # Said to be a table of twice as many numbers as there are bytes, as 4-bit weights are.
    at = data.index(b"scale\0") + 6
    assert data[at : at + 5] == struct.pack("<BI", 1, len(packed))
    data[at + 1 : at + 5] = struct.pack("<I", 2 * len(packed))
    with pytest.raises(ct2file.Ct2FormatError, match="plain"):
        copied(bytes(data), [0])
