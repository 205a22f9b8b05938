"""What is asked and answered: one JSON object each way, in bytes.  Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from voicemon.privacy import mask

FORMAT_VERSION: Final = 1
MAX_BYTES: Final = 4096
"""Of a message.  A request is some 100 bytes, a reply some 400; what is longer is none of ours."""

MAX_REFERENCE: Final = 64
"""Characters of a call's reference."""

MAX_LINE: Final = 200
"""Characters of a reply's line."""


class Action(StrEnum):
    """What can be asked of a live session."""

    START = "start"
    END = "end"
    STATUS = "status"
    MUTE = "mute"
    UNMUTE = "unmute"
    NAME = "name"
    """Which session this is: answered by the channel itself."""


@dataclass(frozen=True, slots=True)
class Request:
    """``reference``: the softphone's own name for a call that starts; one line, short, its numbers masked."""

    action: Action
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Where a live session stands.  ``call``: number of the running call, ``seconds`` how long it has run."""

    in_call: bool
    call: int | None
    seconds: float | None
    device: str
    muted: bool
    recording: bool
    program: str


@dataclass(frozen=True, slots=True)
class Reply:
    """``line``: what a person reads; may be empty where ``ok``, the asking side has its own words then."""

    ok: bool
    line: str = ""
    status: Status | None = None


class GarbledError(ValueError):
    """A message that is none of ours; its text says why, in one line."""


def encode_request(request: Request, key: str = "") -> bytes:
    """``key``: what proves to a pipe's owner that the asker can read the owner's files."""
    record: dict[str, Any] = {"v": FORMAT_VERSION, "do": request.action.value}
    if request.reference is not None:
        record["id"] = clean_reference(request.reference)
    if key:
        record["key"] = key
    return _encode(record)


def decode_request(message: bytes) -> tuple[Request, str]:
    """The request and its key.  Raises :class:`GarbledError`."""
    record = _object(message)
    try:
        action = Action(str(record.get("do")))
    except ValueError as error:
        raise GarbledError("not a request of this version") from error
    reference, key = record.get("id"), record.get("key", "")
    if not isinstance(reference, str | None) or not isinstance(key, str):
        raise GarbledError("id and key must be texts")
    return Request(action, None if reference is None else clean_reference(reference)), key


def encode_reply(reply: Reply) -> bytes:
    record: dict[str, Any] = {"v": FORMAT_VERSION, "ok": reply.ok, "line": _one_line(reply.line, MAX_LINE)}
    if reply.status is not None:
        record["status"] = asdict(reply.status)
    return _encode(record)


def decode_reply(message: bytes) -> Reply:
    """Raises :class:`GarbledError`."""
    record = _object(message)
    ok, line, status = record.get("ok"), record.get("line", ""), record.get("status")
    if not isinstance(ok, bool) or not isinstance(line, str):
        raise GarbledError("not a reply of this version")
    return Reply(ok, _one_line(line, MAX_LINE), None if status is None else _status(status))


def clean_reference(text: str) -> str:
    """One line of at most :data:`MAX_REFERENCE` characters without numbers that could name a person.

    Masked before it is cut, lest the cut leave three harmless digits of a number.
    """
    return mask(_one_line(text, MAX_BYTES))[:MAX_REFERENCE]


def _status(record: Any) -> Status:
    try:
        # A later version may tell more; what this one knows must be there.
        return Status(**{name: record[name] for name in Status.__slots__})
    except (KeyError, TypeError) as error:
        raise GarbledError("not a status of this version") from error


def _encode(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _object(message: bytes) -> dict[str, Any]:
    if len(message) > MAX_BYTES:
        raise GarbledError("too long")
    try:
        record = json.loads(message.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise GarbledError("not JSON") from error
    if not isinstance(record, dict):
        raise GarbledError("not a JSON object")
    return record


def _one_line(text: str, limit: int) -> str:
    """Blanks and line ends become one blank each; what is not printable (escape sequences) goes."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:limit]
