"""The customer's own device comes and goes: what is not heard is not silence, and nothing of the agent's is lost."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Collected
from tests.voices import speech
from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.events import Event, SummaryEvent
from voicemon.monitor import Monitor, pieces
from voicemon.phrases.model import Lexicon
from voicemon.settings import load
from voicemon.summary import summarise
from voicemon.types import NOT_BEGUN, Block, Float32, Gap, HealthSnapshot, PairedBlock, Role, SourceInfo
from voicemon.view import snapshot

RATE: Final = 16_000
BEGIN_S: Final = 9.0
LENGTH_S: Final = 16.0
ROLES: Final = (Role.AGENT, Role.CUSTOMER)
Away = list[tuple[float, float, str]]

AWAY: Final[Away] = [
    (0.0, 0.43, NOT_BEGUN),
    (5.00312, 5.0131, "late"),
    (6.7117, 9.1004, "device lost"),
    (11.5, 11.50006, "clocks aligned anew"),
    (13.0, 13.5, "late"),
    (13.5, 14.25, "device lost"),
]


def sound(rate: int = RATE, seconds: float = LENGTH_S) -> Float32:
    """Seconds of the sample call in which both take turns, and once come in on one another."""
    source = RecordingSource(demo.CALL)
    whole = np.concatenate([b.samples for b in source if isinstance(b, Block)], axis=1)
    whole = whole[:, round(BEGIN_S * RATE) : round((BEGIN_S + seconds) * RATE)]
    return whole if rate == RATE else soxr.resample(whole.T, RATE, rate).T.astype(np.float32)


def paired(samples: Float32, away: Away, rate: int = RATE) -> PairedBlock:
    """The whole as one block, the customer's row zero while it is away."""
    absent = tuple(Gap(round(a * rate), round(b * rate), cause) for a, b, cause in away)
    samples = samples.copy()
    for gap in absent:
        samples[1, gap.start : gap.end] = 0
    return PairedBlock(0, samples, absent)


def monitor(rate: int = RATE) -> Monitor:
    values = load(environment={}, overrides={"level": {"calibration_offset_db": 100.0}, "asr": {"enabled": False}})
    return Monitor(SourceInfo("made", rate, ROLES), values, Lexicon(), "en")


def heard(block: Block, size: int = 0, rate: int = RATE) -> tuple[list[dict[str, Any]], Monitor]:
    """All records of the block cut into pieces of ``size`` samples, the summary last."""
    one, sink = monitor(rate), Collected()
    events: list[Event] = []
    for piece in pieces(block, size) if size else [block]:
        events += one.process(piece)
    for event in [*events, *one.end(), *one.close(), summarise(one, {}, degraded=False)]:
        sink(event)
    return sink.records(), one


def of(records: list[dict[str, Any]], kind: str, channel: str | None = None) -> list[dict[str, Any]]:
    return [r for r in records if r["type"] == kind and (channel is None or r.get("channel") == channel)]


@pytest.fixture(scope="module")
def samples() -> Float32:
    return sound()


@pytest.fixture(scope="module")
def reference(samples: Float32) -> list[dict[str, Any]]:
    return heard(paired(samples, AWAY))[0]


@pytest.fixture(scope="module")
def undisturbed(samples: Float32) -> list[dict[str, Any]]:
    return heard(Block(0, samples))[0]


@pytest.mark.parametrize("size", [7, 160, 480, 1024])
def test_events_do_not_depend_on_block_size(samples: Float32, size: int, reference: list[dict[str, Any]]) -> None:
    assert heard(paired(samples, AWAY), size)[0] == reference


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_nor_where_the_rates_must_be_converted(rate: int) -> None:
    samples = sound(rate, 10.0)
    away = [away for away in AWAY if away[1] < 10]
    records = heard(paired(samples, away, rate), rate=rate)[0]
    assert of(records, "gap")
    for size in (441, 1024):
        assert heard(paired(samples, away, rate), size, rate)[0] == records


@settings(max_examples=12, deadline=None)
@given(
    edges=st.lists(st.integers(0, 8 * RATE), min_size=2, max_size=8, unique=True).map(sorted),
    size=st.sampled_from([160, 333, 1024, 16_000]),
)
def test_any_absences_at_any_size(samples: Float32, edges: list[int], size: int) -> None:
    away = [(a / RATE, b / RATE, "late") for a, b in zip(edges[::2], edges[1::2], strict=False)]
    block = paired(samples[:, : 8 * RATE], away)
    records, one = heard(block, size)
    assert heard(block)[0] == records
    frames = {f for gap in block.absent for f in range(gap.start // 160, -(-gap.end // 160))}
    assert one.customer_absent_s == pytest.approx(len(frames) / 100)


def test_each_absence_is_told_as_a_gap_of_the_customers_channel(reference: list[dict[str, Any]]) -> None:
    gaps = [(g["channel"], g["start"], g["end"], g["cause"]) for g in of(reference, "gap")]
    assert gaps == [
        ("customer", 5.0, 5.02, "late"),
        ("customer", 6.71, 9.11, "device lost"),
        ("customer", 11.5, 11.51, "clocks aligned anew"),
        ("customer", 13.0, 13.5, "late"),
        ("customer", 13.5, 14.25, "device lost"),
    ]
    summary = reference[-1]
    assert summary["customer_absent_s"] == pytest.approx(0.43 + 0.02 + 2.4 + 0.01 + 1.25)


def test_the_agents_own_measures_are_those_of_the_undisturbed_call(
    reference: list[dict[str, Any]], undisturbed: list[dict[str, Any]]
) -> None:
    for kind in ("level", "utterance", "rate"):
        assert of(reference, kind, "agent") == of(undisturbed, kind, "agent")
    assert reference[-1]["channels"]["agent"] == undisturbed[-1]["channels"]["agent"]


def test_absent_sound_is_left_out_of_the_customers_levels(samples: Float32) -> None:
    records, _ = heard(paired(samples, [(4.0, 7.0, "late"), (8.25, 8.75, "late")]))
    levels = {(r["start"], r["end"]): r for r in of(records, "level", "customer")}
    assert not [span for span in levels if 4.0 <= span[0] < 7.0]
    second = samples[1, 8 * RATE : 9 * RATE]
    both = np.concatenate([second[: RATE // 4], second[3 * RATE // 4 :]])
    loudness_db = 10 * np.log10(np.mean(both.astype(float) ** 2) + 1e-12)
    level_db = levels[(8.0, 9.0)]["laeq_db"]
    assert level_db is None or level_db <= loudness_db + 1.5


def test_a_customer_cut_off_in_mid_word_has_his_utterance_closed_there(samples: Float32) -> None:
    whole, _ = heard(Block(0, samples))
    spoken = next(u for u in of(whole, "utterance", "customer") if u["end"] - u["start"] > 1.5)
    cut = round(spoken["start"] + 1.0, 2)
    records, one = heard(paired(samples, [(cut, LENGTH_S, "device lost")]))
    last = of(records, "utterance", "customer")[-1]
    assert last["start"] == spoken["start"]
    assert cut - 0.1 <= last["end"] <= cut
    assert last["t"] == pytest.approx(cut + 0.01)
    assert one.talk.customer_heard


def test_the_screen_does_not_know_whether_he_speaks(samples: Float32) -> None:
    one = monitor()
    one.process(paired(samples, [(10.0, LENGTH_S, "device lost")]))
    turns = snapshot(one, HealthSnapshot()).turns
    assert turns.customer_speaking is None
    assert turns.silence_s == 0.0


def test_an_endless_absence_is_told_while_it_lasts() -> None:
    one, events = monitor(), []
    for second in range(35):
        gap = Gap(second * RATE, (second + 1) * RATE, "device lost")
        events += one.process(PairedBlock(second * RATE, np.zeros((2, RATE), np.float32), (gap,)))
    told = [(e.start, e.end) for e in events if e.type == "gap"]  # type: ignore[attr-defined]
    assert told == [(0.0, 10.0), (10.0, 20.0), (20.0, 30.0)]
    assert [e.end for e in one.end() if e.type == "gap"] == [35.0]  # type: ignore[attr-defined]
    assert one.customer_absent_s == 35.0
    assert one.dropped_s == 0.0


def test_a_customer_who_never_was_there_makes_the_call_not_observable(samples: Float32) -> None:
    records, _ = heard(paired(samples, [(0.0, LENGTH_S, NOT_BEGUN)]))
    summary = records[-1]
    assert (summary["dead_air"], summary["interruptions"], summary["response_delay_s"]) == (None, None, None)
    assert of(records, "level", "customer") == of(records, "silence") == []
    assert summary["channels"]["agent"]["talk_s"] > 0


def talk(agent: list[tuple[float, float]], customer: list[tuple[float, float]], away: Away, seconds: float) -> Any:
    samples = np.stack((speech(agent, seconds, 1), speech(customer, seconds, 2)))
    return heard(paired(samples, away))


def test_what_nobody_could_hear_is_no_dead_air() -> None:
    agent, customer = [(1.0, 3.0), (14.0, 16.0)], [(4.0, 6.0)]
    there, _ = talk(agent, customer, [], 17)
    assert [a["rule"] for a in of(there, "alert")] == ["dead_air"]
    away, _ = talk(agent, customer, [(8.0, 12.0, "device lost")], 17)
    assert of(away, "alert") == []
    assert away[-1]["dead_air"] == []
    assert all(s["end"] <= 8.0 or s["start"] >= 12.0 for s in of(away, "silence"))


def test_dead_air_after_his_return_counts_from_there() -> None:
    records, _ = talk([(1.0, 3.0), (20.0, 22.0)], [(4.0, 6.0)], [(8.0, 12.0, "late")], 23)
    (found,) = records[-1]["dead_air"]
    assert found["start"] == 12.0
    assert found["end"] == pytest.approx(20.0, abs=0.1)


def test_no_answer_is_timed_across_an_absence() -> None:
    agent, customer = [(7.0, 9.0), (12.0, 14.0)], [(3.0, 5.0), (10.0, 11.0)]
    _, one = talk(agent, customer, [(5.5, 6.5, "late")], 15)
    assert one.talk.response_delays_s == pytest.approx([1.0], abs=0.2)
    assert len(talk(agent, customer, [], 15)[1].talk.response_delays_s) == 2


def test_nobody_interrupts_a_customer_who_is_not_heard() -> None:
    agent, customer = [(4.0, 8.0)], [(1.0, 7.0)]
    assert talk(agent, customer, [], 10)[0][-1]["interruptions"] == 1
    assert talk(agent, customer, [(3.5, 10.0, "late")], 10)[0][-1]["interruptions"] == 0
    # He comes back in mid-sentence, over the agent: who came in on whom was not heard.
    assert talk(agent, customer, [(3.5, 5.0, "late")], 10)[0][-1]["interruptions"] == 0


def test_the_noise_floor_is_learned_anew_on_return() -> None:
    """Zeros are no room: with them for a floor, the noise would be speech when the device is back."""
    rng = np.random.default_rng(3)
    noise = 10 ** (-45 / 20) * rng.standard_normal(12 * RATE)
    samples = np.stack((speech([(1, 3)], 12, 1), noise.astype(np.float32)))
    records, _ = heard(paired(samples, [(4.0, 8.0, "device lost")]))
    assert of(records, "utterance", "customer") == []


def test_a_gap_of_the_agents_ends_an_absence_too(samples: Float32) -> None:
    one = monitor()
    first, last = 5 * RATE, 8 * RATE
    block = paired(samples[:, :first], [(4.0, 5.0, "late")])
    events = [*one.process(block), *one.process(Gap(first, last, "queue overflow"))]
    events += [*one.process(Block(last, samples[:, last:])), *one.end(), summarise(one, {}, degraded=False)]
    gaps = [(e.channel, e.start, e.end) for e in events if e.type == "gap"]  # type: ignore[attr-defined]
    assert gaps == [(Role.CUSTOMER, 4.0, 5.0), (None, 5.0, 8.0)]
    assert one.dropped_s == 3.0
    assert one.customer_absent_s == 1.0
    assert isinstance(events[-1], SummaryEvent)
