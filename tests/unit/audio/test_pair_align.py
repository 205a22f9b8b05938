"""Two devices as one stream, in simulated time: alignment, drift, absence, no clicks."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.signal.windows import blackmanharris

from voicemon.audio.align import LATENCY_S, LOST, NOT_BEGUN, Aligner, PairedBlock
from voicemon.audio.drift import ClockDrift
from voicemon.audio.fractional import FractionalReader
from voicemon.audio.track import KEPT_S, CustomerTrack
from voicemon.types import Block, Float32, Float64, Gap

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))
bench = importlib.import_module("bench.drift")

RATE = 8000
BLOCK = 160


def drive(
    aligner: Aligner, agent: list[tuple[float, Block | Gap]], customer: list[tuple[float, Block | Gap]]
) -> Iterator[Block | Gap]:
    """Both devices' items in order of arrival."""
    todo = [(at, 1, item) for at, item in agent] + [(at, 0, item) for at, item in customer]
    for at, is_agent, item in sorted(todo, key=lambda entry: entry[:2]):
        if is_agent:
            yield from aligner.agent(item, at)
        else:
            aligner.customer(item, at)
    yield from aligner.flush()


def blocks(samples: Float32, rate: int = RATE, true_hz: float | None = None) -> list[tuple[float, Block | Gap]]:
    """Blocks of 20 ms, each arriving when it is whole on a card whose clock runs at ``true_hz``."""
    size = rate // 50
    starts = range(0, len(samples), size)
    return [((s + size) / (true_hz or rate), Block(s, samples[np.newaxis, s : s + size])) for s in starts]


def rows(items: list[Block | Gap]) -> tuple[Float32, Float32]:
    whole = np.concatenate([item.samples for item in items if isinstance(item, Block)], axis=1)
    return whole[0], whole[1]


def absences(items: list[Block | Gap]) -> list[Gap]:
    return [gap for item in items if isinstance(item, PairedBlock) for gap in item.absent]


def mask(items: list[Block | Gap], count: int) -> np.ndarray:
    absent = np.zeros(count, np.bool_)
    for gap in absences(items):
        absent[gap.start : gap.end] = True
    return absent


@pytest.mark.parametrize(("agent_ppm", "customer_ppm"), [(100, -100), (-100, 100)])
def test_eleven_minutes_apart(agent_ppm: float, customer_ppm: float) -> None:
    row = bench.simulate(
        "apart",
        bench.Card(1600, agent_ppm, 0.002, 0.05, 1, block_s=0.04),
        bench.Card(1470, customer_ppm, 0.005, 0.1, 2, begins_s=0.3, block_s=0.04),
        11,
    )
    assert row.ppm_error_after_10_min < 2
    assert row.misaligned_ms_worst < 20
    assert row.absent_ms == 0


@pytest.mark.slow
def test_an_hour_apart() -> None:
    row = bench.simulate(
        "apart",
        bench.Card(1600, 100, 0.002, 0.05, 3, block_s=0.04),
        bench.Card(1470, -100, 0.005, 0.1, 4, begins_s=0.3, block_s=0.04),
        60,
    )
    assert row.ppm_error_worst_later < 2
    assert row.misaligned_ms_worst < 20
    assert row.absent_ms == 0


@pytest.mark.parametrize("seed", range(3))
def test_drift_shrugs_off_seconds_without_a_prompt_block(seed: int) -> None:
    """A tenth of the seconds hold only late blocks, on one side or the other."""
    rng = np.random.default_rng(seed)
    drift = ClockDrift()
    for second in range(600):
        late = rng.random(2) < 0.1
        for step in range(5):
            true = second + step / 5 + 0.1
            drift.agent(true, true + 3e-3 * rng.random() + 0.2 * late[0])
            drift.customer(true * (1 - 80e-6), true + 3e-3 * rng.random() + 0.3 * late[1])
    assert drift.ppm == pytest.approx(-80, abs=2)


def test_a_drift_not_yet_measured_is_not_told() -> None:
    drift = ClockDrift()
    for step in range(250):
        drift.agent(step / 50, step / 50)
        drift.customer(step / 50, step / 50 + 1e-3)
    assert drift.ppm is None
    assert drift.lag_s(5.0) == pytest.approx(1e-3, abs=1e-4)


@pytest.mark.parametrize(("from_hz", "to_hz"), [(44_100, 48_000), (48_000, 48_000), (48_000, 16_000), (16_000, 48_000)])
@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.8])
def test_the_reader_interpolates_in_band_to_50_db(from_hz: int, to_hz: int, part: float) -> None:
    reader = FractionalReader(from_hz, to_hz)
    tone_hz = part * min(from_hz, to_hz) / 2
    sound = np.sin(2 * np.pi * tone_hz / from_hz * np.arange(8000)).astype(np.float32)
    positions = np.arange(reader.half, 8000 - reader.half - 2, from_hz / to_hz * (1 + 150e-6))
    wanted = np.sin(2 * np.pi * tone_hz / from_hz * positions)
    error = reader.read(sound, positions) - wanted
    assert 10 * np.log10(np.mean(wanted**2) / np.mean(error**2)) > 50


@pytest.mark.parametrize("tone_hz", [300.0, 1000.0, 3400.0])
def test_a_tone_through_drifting_clocks_has_no_clicks(tone_hz: float) -> None:
    """Tenth by tenth of a second, what is not the tone is 60 dB down."""
    true_hz, seconds = 22_050 * (1 + 200e-6), 6
    tone = np.sin(2 * np.pi * tone_hz / true_hz * np.arange(seconds * 22_050)).astype(np.float32)
    rng = np.random.default_rng(1)
    sent = blocks(tone, 22_050, true_hz)
    arrivals = np.maximum.accumulate([at + rng.exponential(0.004) for at, _ in sent])
    customer = [(float(at), item) for at, (_, item) in zip(arrivals, sent, strict=True)]
    agent = blocks(np.zeros(seconds * 16_000, np.float32), 16_000)
    items = list(drive(Aligner(16_000, 22_050), agent, customer))
    _, row = rows(items)
    pieces = row[16_000:-16_000].reshape(-1, 1600)
    assert not mask(items, len(row))[16_000:-16_000].any()
    assert min(purity_db(piece.astype(np.float64), tone_hz, 16_000) for piece in pieces) > 60


def purity_db(piece: Float64, tone_hz: float, rate: int) -> float:
    """The power within 80 Hz of the tone (slow corrections of the speed stay there) against all the rest (clicks)."""
    power = np.abs(np.fft.rfft(piece * blackmanharris(piece.size))) ** 2
    near = np.abs(np.fft.rfftfreq(piece.size, 1 / rate) - tone_hz) < 80
    return float(10 * np.log10(power[near].sum() / power[~near].sum()))


def test_the_agents_row_is_untouched_and_no_sample_is_missing() -> None:
    sound = np.random.default_rng(2).standard_normal(3 * RATE).astype(np.float32)
    items = list(drive(Aligner(RATE, RATE), blocks(sound), blocks(sound)))
    agent, customer = rows(items)
    assert np.array_equal(agent, sound)
    known = ~mask(items, len(sound))
    assert known.mean() > 0.98
    assert customer[~known].max() == 0
    inner = known.copy()
    inner[: np.flatnonzero(known)[0] + RATE // 100] = False
    assert np.abs(customer[inner] - sound[inner]).max() < 0.02, "clocks alike: as it came"


def test_without_the_customer_the_agent_is_neither_held_nor_silent_about_it() -> None:
    aligner = Aligner(RATE, RATE)
    for at, item in blocks(np.ones(RATE, np.float32)):
        out = list(aligner.agent(item, at))
        assert [o.start for o in out] == [item.start]
        assert absences(out) == [Gap(item.start, item.start + BLOCK, NOT_BEGUN)]
    assert aligner.customer_lost


def test_a_customers_device_that_falls_silent_and_returns() -> None:
    sound = np.ones(10 * RATE, np.float32)
    customer = [(at, item) for at, item in blocks(sound) if not 4 < at <= 7]
    aligner = Aligner(RATE, RATE)
    lost_at, found_at, latency = [], [], 0
    items: list[Block | Gap] = []
    for at, is_agent, item in sorted(
        [(at, 1, item) for at, item in blocks(sound)]
        + [(at, 0, item) for at, item in customer]
        + [(4.5, 0, Gap(4 * RATE, round(4.5 * RATE), LOST)), (7.01, 0, Gap(round(4.5 * RATE), 7 * RATE, LOST))],
        key=lambda entry: entry[:2],
    ):
        if not is_agent:
            aligner.customer(item, at)
            continue
        out = list(aligner.agent(item, at))
        items += out
        latency = max([latency, *(item.start - o.start for o in out)])
        if at > 1:
            (lost_at if aligner.customer_lost else found_at).append(at)
    assert 4.4 < lost_at[0] < 4.7
    assert 6.9 < lost_at[-1] < 7.1
    assert latency <= LATENCY_S * RATE + BLOCK
    absent = [gap for gap in absences(items) if gap.start > RATE]
    assert absent[0].start / RATE == pytest.approx(4, abs=0.02)
    assert absent[-1].end / RATE == pytest.approx(7, abs=0.02)
    assert sum(gap.end - gap.start for gap in absent) / RATE == pytest.approx(3, abs=0.03)
    _, row = rows(items)
    assert np.abs(row[5 * RATE : 6 * RATE]).max() == 0, "absence is zeros, not the end of the sound held for ever"
    assert np.abs(np.diff(row[RATE // 2 :])).max() < 0.2, "it ends and begins without a click"
    assert row[round(7.1 * RATE) : 9 * RATE].min() > 0.99


def test_an_empty_block_is_nothing() -> None:
    aligner = Aligner(RATE, RATE)
    assert list(aligner.agent(Block(0, np.zeros((1, 0), np.float32)), 1.0)) == []
    assert list(aligner.flush()) == []


def test_customer_sound_dropped_before_us_is_absent_not_silence() -> None:
    """A queue that overflowed shows by the next block's index alone."""
    sound = np.ones(4 * RATE, np.float32)
    customer = [(at, item) for at, item in blocks(sound) if not 2 < at <= 2.4]
    items = list(drive(Aligner(RATE, RATE), blocks(sound), customer))
    absent = [gap for gap in absences(items) if RATE < gap.start < 3 * RATE]
    assert sum(gap.end - gap.start for gap in absent) / RATE == pytest.approx(0.4, abs=0.03)


def test_a_gap_of_the_agent_is_a_gap_of_both() -> None:
    sound = np.random.default_rng(3).standard_normal(4 * RATE).astype(np.float32)
    agent = [(at, item) for at, item in blocks(sound) if not 1 < at <= 2]
    agent.append((2.01, Gap(RATE, 2 * RATE, "device lost")))
    items = list(drive(Aligner(RATE, RATE), agent, blocks(sound)))
    assert [item for item in items if isinstance(item, Gap)] == [Gap(RATE, 2 * RATE, "device lost")]
    after = [item for item in items if item.start >= 2 * RATE and isinstance(item, PairedBlock)]
    customer = np.concatenate([item.samples[1] for item in after])
    known = ~mask(after, 4 * RATE)[2 * RATE :]
    assert known.mean() > 0.95
    assert np.corrcoef(customer[known], sound[2 * RATE :][known])[0, 1] > 0.95


def test_a_device_opened_again_with_another_latency_is_aligned_anew() -> None:
    """Blocks after the gap come 60 ms later than before: in some seconds the row lies right again."""
    ramp = np.arange(20 * RATE, dtype=np.float32) / RATE
    customer = [(at + 0.06 * (at > 5), item) for at, item in blocks(ramp) if not 4 < at <= 5]
    customer.append((5.05, Gap(4 * RATE, 5 * RATE, "device lost")))
    items = list(drive(Aligner(RATE, RATE), blocks(np.zeros(20 * RATE, np.float32)), customer))
    _, row = rows(items)
    assert row[19 * RATE] == pytest.approx(ramp[19 * RATE] - 0.06, abs=0.005)


def test_the_customers_track_is_bounded() -> None:
    track = CustomerTrack(RATE)
    for start in range(0, 60 * RATE, BLOCK):
        track.append(Block(start, np.zeros((1, BLOCK), np.float32)))
        assert len(track.samples) <= KEPT_S * RATE
    track.skip(Gap(60 * RATE, 6000 * RATE, "device lost"))
    assert len(track.samples) == 0
    for start in range(6000 * RATE, 6000 * RATE + 200 * BLOCK, 2 * BLOCK):
        track.append(Block(start, np.zeros((1, BLOCK), np.float32)))
    assert len(track.holes) <= 64
