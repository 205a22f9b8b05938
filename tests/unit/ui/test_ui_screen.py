"""Whatever a snapshot holds, the screen is a stack of rows of exactly the window's width, and says what it must."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from ui_snapshots import PLAYERS, SNAPSHOTS

from voicemon.strings import Language
from voicemon.types import BandState, Calibration, CalibrationStatus, HealthSnapshot, Snapshot
from voicemon.ui.palette import Depth
from voicemon.ui.player import PlayerView
from voicemon.ui.sample import sample_snapshot
from voicemon.ui.screen import Screen, View, screen

LANGUAGES = st.sampled_from(["zh", "en"])


def lines(
    snapshot: Snapshot, width: int = 80, height: int = 24, language: Language = "zh", **more: object
) -> list[str]:
    view = View(snapshot, snapshot, language, **more)  # type: ignore[arg-type]
    return ["".join(span.text for span in row) for row in screen(view, width, height)]


def page(snapshot: Snapshot, width: int = 80, height: int = 24, language: Language = "zh", **more: object) -> str:
    return "\n".join(lines(snapshot, width, height, language, **more))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(SNAPSHOTS, SNAPSHOTS, PLAYERS, st.integers(0, 200), st.integers(0, 60), LANGUAGES, st.booleans())
def test_no_row_is_wider_or_narrower_than_the_window(
    now: Snapshot, held: Snapshot, player: PlayerView | None, width: int, height: int, language: Language, help_: bool
) -> None:
    rows = screen(View(now, held, language, player, help_), width, height)
    texts = ["".join(span.text for span in row) for row in rows]
    assert len(rows) <= height
    assert {cell_len(line) for line in texts} <= {width}
    assert all(char.isprintable() for line in texts for char in line)
    if width >= 40 and height >= 10:
        assert len(rows) == height


@pytest.mark.parametrize("width", [40, 55, 56, 60, 75, 76, 80, 109, 110, 120, 200])
@pytest.mark.parametrize("height", [10, 21, 22, 24, 50])
def test_every_size_shows_level_rate_silence_words_alarm_and_keys(width: int, height: int) -> None:
    shown = page(sample_snapshot(222.0), width, height)
    for wanted in ("通话 03:42", "音量", "语速", "静默", "可以说：对不起", "03:38", "q 退出", "? 帮助"):
        assert wanted in shown


@pytest.mark.parametrize(("width", "height"), [(39, 24), (80, 9), (20, 4), (60, 1), (24, 5)])
def test_too_small_still_shows_level_rate_and_alarm(width: int, height: int) -> None:
    shown = page(sample_snapshot(222.0), width, height)
    assert "73.1" in shown
    assert "193" in shown
    assert "可以" in shown
    assert height == 1 or "窗口太小" in shown


def test_too_small_says_so_when_there_is_no_alarm() -> None:
    assert "window too small" in page(sample_snapshot(300.0), 70, 1, "en")


def test_figures_are_held_while_the_needle_moves() -> None:
    held, now = sample_snapshot(222.0), sample_snapshot(222.5)
    rows = ["".join(span.text for span in row) for row in screen(View(now, held, "zh"), 80, 24)]
    before = lines(held)
    assert rows[8] == before[8]
    assert rows[7] != before[7]


def test_what_was_not_measured_is_a_dash_and_never_zero() -> None:
    snapshot = sample_snapshot(222.0)
    level = replace(snapshot.level, now_db=None, utterance_db=None, call_db=None, state=None, history=())
    rate = replace(snapshot.rate, now_cpm=None, call_cpm=None, articulation_cpm=None, state=None, history=())
    shown = lines(replace(snapshot, level=level, rate=rate))
    assert "现在    –  ▲ 本句    –  本次    –" in shown[8]
    assert "▲ 现在    –  本次    –" in shown[8]
    assert "▲" not in shown[7]
    assert "▬" not in shown[7]


def test_nothing_shifts_when_a_digit_is_added() -> None:
    snapshot = sample_snapshot(222.0)
    figures = [8.2, 71.8, 104.3, None]
    shown = [lines(replace(snapshot, level=replace(snapshot.level, call_db=value)))[8] for value in figures]
    assert len({line.index("▲ 本句") for line in shown}) == 1
    assert len({line.index("▲ 现在") for line in shown}) == 1


def test_without_calibration_there_is_no_band_and_an_honest_unit() -> None:
    snapshot = sample_snapshot(222.0)
    level = replace(
        snapshot.level, calibration=Calibration(), band=None, target_db=None, now_db=-31.2, utterance_db=-28.0
    )
    shown = page(replace(snapshot, level=level))
    assert "音量 dBFS(A)" in shown
    assert "未校准" in shown.splitlines()[0]
    assert "没有目标带" in shown
    assert "╟" not in shown.splitlines()[6][:44]
    assert "dB(A)" not in shown.replace("dBFS(A)", "")


def test_estimates_carry_their_sign_everywhere() -> None:
    snapshot = sample_snapshot(222.0)
    estimated = Calibration(CalibrationStatus.ESTIMATED, 110.0, 5.0)
    shown = lines(replace(snapshot, level=replace(snapshot.level, calibration=estimated)))
    assert "≈ 估计 ± 5.0 dB" in shown[0]
    assert "≈dB(A)" in shown[5]
    assert "≈68.3" in shown[8]


FAULTS = [
    (HealthSnapshot(asr="ready", device_lost=True), "设备断开"),
    (HealthSnapshot(asr="ready", lexicon_fault=True), "词库有错，仍用旧的"),
    (HealthSnapshot(asr="ready", dropped_audio_s=1.25), "丢失音频 1.2 s"),
    (HealthSnapshot(asr="behind", asr_lag_s=4.2), "识别落后 4.2 s"),
    (HealthSnapshot(asr="failed"), "识别停了"),
    (HealthSnapshot(asr="ready", shed_utterances=3), "3 句未识别"),
    (HealthSnapshot(asr="ready", muted=True), "已静音"),
    (HealthSnapshot(asr="ready", recording=True), "正在录音"),
]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize(("health", "words"), FAULTS, ids=[words for _, words in FAULTS])
def test_faults_stand_in_words_in_the_first_line(health: HealthSnapshot, words: str, width: int) -> None:
    first = lines(replace(sample_snapshot(300.0), health=health), width)[0]
    assert words in first
    if health.recording:
        assert "不录音" not in first


@pytest.mark.parametrize("state", list(BandState))
def test_the_verdict_is_a_word_and_a_sign_not_only_a_colour(state: BandState) -> None:
    snapshot = sample_snapshot(300.0)
    shown = {
        s: lines(replace(snapshot, level=replace(snapshot.level, state=s)))[5] for s in (state, BandState.IN_BAND, None)
    }
    assert shown[state] != shown[None]
    assert state is BandState.IN_BAND or shown[state] != shown[BandState.IN_BAND]


def test_one_channel_says_that_the_other_cannot_be_observed() -> None:
    snapshot = sample_snapshot(300.0)
    turns = replace(snapshot.turns, customer_speaking=None, customer_strip=None, customer_talk_s=None)
    shown = page(replace(snapshot, turns=turns), 120)
    assert "没有这个声道" in shown
    assert "未说话" in shown
    assert "静默  0" not in shown


def test_replay_shows_position_length_pace_and_alerts() -> None:
    player = PlayerView(60.0, 120.0, 2.0, paused=True, analysed_s=70.0, marks=(30.0, 90.0))
    bar = lines(sample_snapshot(60.0), player=player)[-2]
    assert "暂停 01:00" in bar
    assert "02:00 × 2" in bar
    track = bar[bar.index("━") : bar.rindex("─") + 1]
    assert track.index("●") / len(track) == pytest.approx(0.5, abs=0.03)
    assert track.index("┃") / len(track) == pytest.approx(0.25, abs=0.03)
    assert "空格 播放/暂停" in lines(sample_snapshot(60.0), player=player)[-1]


def test_help_lists_the_keys_and_the_meanings_and_keeps_the_cue() -> None:
    shown = page(sample_snapshot(222.0), 80, 24, help=True)
    assert "静音" in shown
    assert "申诉" in shown
    assert "k = 2" in shown
    assert "可以说：对不起" in shown


@pytest.mark.parametrize(("language", "sentence"), [("zh", "不同意就按 d"), ("en", "Press d to dispute")])
def test_help_names_the_dispute_key_only_where_it_is_offered(language: Language, sentence: str) -> None:
    snapshot = sample_snapshot(222.0)
    assert sentence in page(snapshot, 120, 40, language, help=True, keys=("q", "?", "d"))
    assert sentence not in page(snapshot, 120, 40, language, help=True, keys=("q", "?", "m"))
    assert sentence not in page(snapshot, 120, 40, language, help=True, player=PlayerView(60.0, 120.0))


LONG_NAME = "customer_call_2026-11-22_at_the_service_desk_second_part.wav"


@pytest.mark.parametrize("calibration", [Calibration(), Calibration(CalibrationStatus.CALIBRATED, 112.4, 1.8)])
@pytest.mark.parametrize(
    ("language", "width", "words"),
    [
        ("zh", 80, "隐私：不录音"),
        ("en", 80, "not recorded"),
        ("zh", 60, "不录音"),
        ("en", 60, "not recorded"),
        ("zh", 40, "不录音"),
    ],
)
def test_a_long_name_gives_way_to_the_word_on_privacy(
    language: Language, width: int, words: str, calibration: Calibration
) -> None:
    snapshot = sample_snapshot(300.0)
    long = replace(
        snapshot,
        source=replace(snapshot.source, name=LONG_NAME),
        level=replace(snapshot.level, calibration=calibration),
    )
    first = lines(long, width, 24, language)[0]
    assert words in first
    assert width < 60 or "custome" in first
    assert width < 80 or "base" in first


def test_calibrated_is_written_out_where_there_is_room() -> None:
    snapshot = sample_snapshot(300.0)
    assert "calibrated ± 1.8 dB" in lines(snapshot, 80, 24, "en")[0]
    assert " cal. ± 1.8 dB" in lines(snapshot, 40, 24, "en")[0]


def test_without_colour_there_is_no_colour_code() -> None:
    console = Console(width=80, force_terminal=True, color_system="truecolor", record=False)
    with console.capture() as capture:
        snapshot = sample_snapshot(222.0)
        console.print(Screen(View(snapshot, snapshot, "zh"), 80, 24, Depth.NONE))
    assert "\x1b[1m" in capture.get()
    assert not any(f"\x1b[{code}" in capture.get() for code in ("3", "38", "9", "48"))


@pytest.mark.parametrize("huge", [1e308, -1e308, 5e-324, float("inf"), float("nan")])
def test_absurd_figures_are_drawn_at_an_end_and_break_nothing(huge: float) -> None:
    snapshot = sample_snapshot(222.0)
    level = replace(snapshot.level, now_db=huge, utterance_db=huge, call_db=huge, history=(huge,) * 9)
    rate = replace(snapshot.rate, now_cpm=huge, call_cpm=huge, articulation_cpm=huge, history=(huge,) * 9)
    turns = replace(snapshot.turns, silence_s=huge, agent_talk_s=huge, customer_talk_s=huge)
    player = PlayerView(huge, abs(huge), 1.0, False, huge, (huge,))
    shown = lines(replace(snapshot, level=level, rate=rate, turns=turns), 120, 30, player=player)
    assert {cell_len(line) for line in shown} == {120}


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_key_that_came_to_nothing_says_so_before_the_keys(width: int) -> None:
    shown = replace(sample_snapshot(222.0), notice="nothing_to_dispute")
    footer = page(shown, width, 24).splitlines()[-1]
    assert footer.startswith(" ▸ 现在没有可以申诉的提醒")
    assert "没有可以申诉" not in page(sample_snapshot(222.0), width, 24)


def test_an_alert_stands_under_the_time_at_which_it_began() -> None:
    shown = sample_snapshot(222.0)
    late = replace(shown.alerts[-1], t=221.0, start=200.0, end=205.0)
    assert "▸ 03:20 !! " in page(replace(shown, alerts=(late,)), 80, 24)
