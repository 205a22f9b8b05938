"""What goes over the control channel: bounded, one line, without numbers that could name a person."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.control.messages import (
    MAX_BYTES,
    MAX_LINE,
    MAX_REFERENCE,
    Action,
    GarbledError,
    Reply,
    Request,
    Status,
    clean_reference,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
)

STATUS = Status(True, 3, 61.5, "Jabra 头戴", False, True, "voicemon 1.0")


@pytest.mark.parametrize("action", list(Action))
def test_a_request_arrives_as_it_was_sent(action: Action) -> None:
    assert decode_request(encode_request(Request(action, "queue-A-17"), "k")) == (Request(action, "queue-A-17"), "k")
    assert decode_request(encode_request(Request(action))) == (Request(action), "")


def test_a_reply_arrives_as_it_was_sent() -> None:
    for reply in (Reply(True), Reply(False, "现在没有通话。"), Reply(True, "", STATUS)):
        assert decode_reply(encode_reply(reply)) == reply


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("call 13800138000", "call ****"),
        ("一三八零零一三八", "****"),
        ("a\nb\x1b[2Jc\u202e", "a b[2Jc"),
        ("x" * 500, "x" * MAX_REFERENCE),
        ("y" * (MAX_REFERENCE - 3) + "13800138000", "y" * (MAX_REFERENCE - 3) + "***"),
    ],
)
def test_a_reference_names_nobody_whoever_sends_it(given_: str, kept: str) -> None:
    assert clean_reference(given_) == kept
    # A client that is not ours does not mask: the receiving side does.
    raw = json.dumps({"do": "start", "id": given_}).encode()
    assert decode_request(raw)[0].reference == kept


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"hello",
        b"[]",
        b"7",
        b"null",
        b'{"do": "reboot"}',
        b'{"do": ["start"]}',
        b'{"do": "start", "id": 7}',
        b'{"do": "start", "key": {}}',
        b"\xff\xfe",
        b"[" * MAX_BYTES,
        b'{"do":"start","id":"' + b"x" * MAX_BYTES + b'"}',
    ],
)
def test_what_is_no_request_is_refused(message: bytes) -> None:
    with pytest.raises(GarbledError) as refused:
        decode_request(message)
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(message: bytes) -> None:
    for decode in (decode_request, decode_reply):
        try:
            decode(message)
        except GarbledError:
            continue


@given(st.text(), st.text())
def test_whatever_is_answered_fits_in_one_message_of_one_line(line: str, device: str) -> None:
    status = Status(False, None, None, device[:200], False, False, "voicemon")
    message = encode_reply(Reply(True, line, status))
    assert len(message) <= MAX_BYTES
    assert b"\n" not in message
    assert len(decode_reply(message).line) <= MAX_LINE


def test_a_status_of_a_later_version_is_read_as_far_as_it_is_known() -> None:
    record = json.loads(encode_reply(Reply(True, "", STATUS)))
    record["status"]["mood"] = "sunny"
    assert decode_reply(json.dumps(record).encode()).status == STATUS
    del record["status"]["device"]
    with pytest.raises(GarbledError):
        decode_reply(json.dumps(record).encode())
