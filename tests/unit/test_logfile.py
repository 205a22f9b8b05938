"""The log: bounded, private, without a word of what was said, and never in the way."""

from __future__ import annotations

import logging
import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from voicemon import logfile
from voicemon.cli.keeping import LogWatch
from voicemon.errors import ModelError
from voicemon.events import AlertEvent, Event, GapEvent, HealthEvent, PhraseEvent, SessionEvent, TranscriptEvent
from voicemon.logfile import LogFile, log_to_file
from voicemon.logsink import LogSink
from voicemon.types import HitStatus, Severity

SECRET = "跟我没关系"
log = logging.getLogger("voicemon")


@contextmanager
def logging_to(folder: Path, name: str = "") -> Iterator[LogFile]:
    opened = log_to_file(name, folder)
    try:
        yield opened
    finally:
        opened.close()


def lines(opened: LogFile) -> list[str]:
    assert opened.path is not None
    return opened.path.read_text(encoding="utf-8").splitlines()


def test_an_entry_is_one_line_with_time_and_thread(tmp_path: Path) -> None:
    with logging_to(tmp_path) as opened:
        log.info("device %s\n\x1b[2Jis back", "耳机")
        log.debug("too fine")
    (line,) = lines(opened)
    moment, level, thread, rest = line.split(maxsplit=3)
    assert moment[:2] == "20"
    assert moment[-6] in "+-"  # with its offset from UTC
    assert (level, thread) == ("INFO", "MainThread:")
    assert rest.startswith("device 耳机")
    assert "\x1b" not in line


def test_it_is_bounded_and_readable_by_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "MAX_BYTES", 2_000)
    with logging_to(tmp_path / "log", "Jabra Evolve2 (USB)/alsa") as opened:
        for number in range(1000):
            log.info("entry %d", number)
    files = sorted((tmp_path / "log").iterdir())
    assert [file.name for file in files] == [
        "voicemon-Jabra-Evolve2-USB-alsa.log" + tail for tail in ("", ".1", ".2", ".3", ".4", ".5")
    ]
    assert all(file.stat().st_size <= 2_000 for file in files)
    assert lines(opened)[-1].endswith("entry 999")
    if os.name == "posix":
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["../../etc/passwd", "耳机 x", "", "a" * 300, "..", "NUL\0"])
def test_no_device_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with logging_to(tmp_path, name) as opened:
        assert opened.path is not None
        assert opened.path.resolve().parent == tmp_path.resolve()
        log.info("x")
        assert len(lines(opened)) == 1


def test_a_folder_that_cannot_be_written_to_costs_a_notice_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    hooks = sys.excepthook, threading.excepthook
    with logging_to(tmp_path / "file") as opened:
        assert opened.path is None
        assert opened.notice is not None
        assert "\n" not in opened.notice
        assert str(tmp_path / "file") in opened.notice
        log.error("nobody hears this")
        assert (sys.excepthook, threading.excepthook) == hooks  # tracebacks stay on the terminal, there is no log
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_ends_the_log_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "voicemon.log").symlink_to("/dev/full")
    with logging_to(tmp_path) as opened:
        log.info("x")
        log.info("y")
        assert opened.fault is not None
        assert "No space" in opened.fault
    assert capsys.readouterr() == ("", "")


def test_an_uncaught_exception_in_a_thread_is_logged_without_its_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fall() -> None:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(f"cannot spot {SECRET}") from error

    with logging_to(tmp_path) as opened:
        thread = threading.Thread(target=fall, name="dsp")
        thread.start()
        thread.join()
    text = "\n".join(lines(opened))
    assert SECRET not in text
    assert "CRITICAL dsp: thread dsp ended by ValueError" in text
    assert text.index("| KeyError") < text.index("| ValueError")
    assert f"{__file__}:" in text
    assert " fall" in text
    assert [line.startswith("    | ") for line in lines(opened)] == [False] + [True] * (len(lines(opened)) - 1)
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "thread dsp ended by ValueError" in told
    assert str(opened.path) in told
    assert SECRET not in told


def test_our_own_errors_keep_their_words_with_numbers_masked(tmp_path: Path) -> None:
    with logging_to(tmp_path) as opened:
        try:
            raise ModelError("model gone, call 13800138000", "pull it")
        except ModelError:
            log.exception("recogniser")
    assert lines(opened)[-1] == "    | ModelError: model gone, call **** (pull it)"


def test_the_programs_end_by_a_defect_is_logged_and_ctrl_c_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to(tmp_path) as opened:
        for error in (KeyboardInterrupt(), RuntimeError(SECRET)):
            sys.excepthook(type(error), error, None)
    assert "Traceback" not in "\n".join(lines(opened))
    assert [line.split(": ", 1)[1] for line in lines(opened)[:1]] == ["the program ended by RuntimeError"]
    assert SECRET not in capsys.readouterr().err.replace("KeyboardInterrupt", "")


def test_an_endless_recursion_is_told_in_short(tmp_path: Path) -> None:
    def again() -> None:
        again()

    with logging_to(tmp_path) as opened:
        try:
            again()
        except RecursionError:
            log.exception("deep")
    assert len(lines(opened)) <= logfile.MAX_FRAMES + 2


def test_closing_gives_everything_back(tmp_path: Path) -> None:
    before = sys.excepthook, threading.excepthook, log.propagate, log.level, list(log.handlers)
    opened = log_to_file("", tmp_path)
    assert not log.propagate
    opened.close()
    opened.close()
    assert (sys.excepthook, threading.excepthook, log.propagate, log.level, list(log.handlers)) == before


def gap(t: float, cause: str = "overflow") -> GapEvent:
    return GapEvent(t=t, start=t - 0.05, end=t, cause=cause)


def health(asr: str, overflows: int = 0) -> HealthEvent:
    return HealthEvent(
        t=1, asr_lag_s=0, dropped_audio_s=0, shed_utterances=0, overflows=overflows, cpu_percent=1, rss_mb=1, asr=asr,
        message=SECRET,
    )  # fmt: skip


def logged(tmp_path: Path, *events: Event) -> list[str]:
    with logging_to(tmp_path) as opened:
        sink = LogSink()
        for event in events:
            sink(event)
        sink.close()
    return [line.split(": ", 1)[1] for line in lines(opened)]


def test_the_sink_logs_rules_and_times_but_no_text(tmp_path: Path) -> None:
    span = {"start": 12.34, "end": 13.0}
    events = [
        AlertEvent(
            t=13,
            rule="forbidden_phrase",
            severity=Severity.CRITICAL,
            message=f"说了{SECRET}",
            evidence={"heard": SECRET},
            **span,
        ),
        TranscriptEvent(t=13, text=SECRET, chars=(), final=True, **span),
        PhraseEvent(
            t=13,
            id="f01",
            phrase=SECRET,
            category="x",
            severity="critical",
            heard=SECRET,
            score=1,
            status=HitStatus.CONFIRMED,
            **span,
        ),
        health("failed"),
    ]
    told = logged(tmp_path, *events)
    assert told == ["alert forbidden_phrase (critical) at 12.3 s", "recogniser: failed"]


def test_a_storm_of_gaps_is_a_line_each_ten_seconds_and_none_is_lost(tmp_path: Path) -> None:
    told = logged(tmp_path, *(gap(number * 0.05) for number in range(1, 401)), gap(20.1, "device lost"))
    counts = [int(line.split(": ")[1].split()[0]) for line in told]
    assert sum(counts) == 401
    assert len(told) <= 4
    assert told[0] == "no audio, overflow: 1 gap(s), 0.050 s"
    assert any("device lost" in line for line in told)


def test_health_is_logged_where_it_changes(tmp_path: Path) -> None:
    states = [health("loading"), health("ready"), health("ready"), health("behind", 2), health("behind", 2)]
    assert logged(tmp_path, *states) == [
        "recogniser: loading",
        "recogniser: ready",
        "recogniser: behind",
        "overflows: 2 (+2)",
    ]


def test_a_whole_call_is_logged_from_begin_to_end_without_its_texts(tmp_path: Path, sample_events: list[Event]) -> None:
    told = logged(tmp_path, *sample_events)
    assert told[0].startswith("begins: ")
    assert told[-1].startswith("ends: ")
    assert isinstance(sample_events[0], SessionEvent)
    said = [event.text for event in sample_events if isinstance(event, TranscriptEvent) and event.text]
    assert not any(text in line for text in said for line in told)
    assert len(told) < 60


@pytest.fixture
def sample_events() -> list[Event]:
    from bench.kills import one_call

    return [event for second in one_call() for event in second]


def test_no_stderr_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with logging_to(tmp_path) as opened:
        sys.excepthook(RuntimeError, RuntimeError(), None)
    assert len(lines(opened)) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("at_once", [True, False])
def test_a_log_that_can_no_longer_be_written_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at_once: bool
) -> None:
    (tmp_path / "voicemon.log").symlink_to("/dev/full")
    with logging_to(tmp_path) as opened:
        watch = LogWatch(opened, at_once=at_once)
        watch(gap(1.0))
        assert capsys.readouterr() == ("", "")
        log.info("x")
        watch(gap(2.0))
        assert ("No space" in capsys.readouterr().err) == at_once
        watch(gap(3.0))
        watch.close()
        watch.close()
        assert capsys.readouterr().err.count("No space") == (not at_once)
    assert watch.fault is None  # the session is no worse for it
