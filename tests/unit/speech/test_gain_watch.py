"""What the gain watch tells of, and what it must not: changed gain, moved booms, automatic gain, gates, limiters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from gain_script import FLOOR_DB, Part, frames, turns

from voicemon.speech.gain import GainFinding, GainKind, GainWatch, band_levels_db
from voicemon.types import SPEECH_FRAME, SPEECH_RATE_HZ


def watch(parts: list[Part], seed: int = 1) -> list[GainFinding]:
    return GainWatch().process(frames(parts, seed))


class TestStep:
    @pytest.mark.parametrize("gain_db", [-10.0, -6.0, 6.0, 10.0])
    def test_a_moved_slider_is_told_once_with_its_size(self, gain_db: float) -> None:
        (found,) = watch(turns(5) + turns(6, gain_db=gain_db))
        assert found.kind is GainKind.STEP
        assert found.kind.rule == "gain_changed"
        assert found.size_db == pytest.approx(gain_db, abs=1.0)

    def test_it_is_told_within_a_turn_and_a_pause_and_dated(self) -> None:
        (found,) = watch(turns(5) + turns(6, gain_db=8.0))
        assert found.frame <= (5 * 7 + 4 + 3 + 4) * 100
        assert found.since <= 5 * 7 * 100

    def test_back_again_is_a_second_step_and_lifts_the_suspicion(self) -> None:
        gain = GainWatch()
        found = gain.process(frames(turns(5) + turns(5, gain_db=8.0)))
        assert gain.suspect == "step"
        whole = frames(turns(5) + turns(5, gain_db=8.0) + turns(5))
        gain = GainWatch()
        found = gain.process(whole)
        assert [round(f.size_db / 8) for f in found] == [1, -1]
        assert gain.suspect is None

    def test_it_is_suspected_before_it_is_certain(self) -> None:
        gain = GainWatch()
        gain.process(frames([*turns(5), Part(3.0, False, gain_db=8.0)]))
        assert gain.suspect == "step"

    def test_acknowledged_it_is_no_longer_suspect(self) -> None:
        gain = GainWatch()
        gain.process(frames(turns(5) + turns(5, gain_db=8.0)))
        gain.acknowledge()
        assert gain.suspect is None


class TestNotAStep:
    def test_a_noise_that_starts_with_another_spectrum(self) -> None:
        assert watch(turns(5) + turns(6, floor_db=10.0, colour_db=(6.0, 0.0, -4.0, -8.0))) == []

    def test_a_noise_of_the_same_colour_while_speech_stays(self) -> None:
        gain = GainWatch()
        assert gain.process(frames(turns(5) + turns(6, floor_db=10.0))) == []
        assert gain.suspect is None

    @pytest.mark.parametrize("effort_db", [-9.0, 9.0])
    def test_loud_and_quiet_speech_in_the_same_room(self, effort_db: float) -> None:
        assert watch(turns(5) + turns(6, speech_db=effort_db, low_db=-effort_db / 3)) == []

    def test_raising_the_voice_over_a_louder_room(self) -> None:
        lombard = turns(6, speech_db=6.0, floor_db=12.0, low_db=-2.0, colour_db=(0.0, 3.0, 2.0, -2.0))
        assert watch(turns(5) + lombard) == []

    @pytest.mark.parametrize("gain_db", [-6.0, 8.0])
    def test_another_person_in_another_room_after_a_long_silence(self, gain_db: float) -> None:
        away = Part(60.0, False, gain_db=gain_db)
        assert watch([*turns(5), away, *turns(6, gain_db=gain_db, voice_db=(-3.0, 0.0, 2.0, 4.0))]) == []

    def test_the_same_person_after_a_long_silence_shows_the_step(self) -> None:
        (found,) = watch([*turns(5), Part(60.0, False, gain_db=8.0), *turns(6, gain_db=8.0)])
        assert found.kind is GainKind.STEP

    def test_waves_on_the_shore(self) -> None:
        random = np.random.default_rng(3)
        parts = [p for _ in range(12) for p in turns(1, pause_s=2.0, floor_db=random.choice([0.0, 0.0, 0.0, 6.0]))]
        assert watch(parts) == []

    def test_a_room_without_noise_says_nothing(self) -> None:
        assert watch(turns(5, floor_db=-60.0) + turns(6, floor_db=-60.0, gain_db=8.0)) == []


class TestMoved:
    @pytest.mark.parametrize("times", [0.5, 2.0, 3.0])
    def test_level_and_low_tones_go_together(self, times: float) -> None:
        far_db = -20 * np.log10(times)
        (found,) = watch(turns(6) + turns(8, speech_db=far_db, low_db=far_db / 2))
        assert found.kind is GainKind.MOVED
        assert found.kind.rule == "microphone_moved"
        assert found.size_db == pytest.approx(far_db, abs=2.0)

    def test_a_head_turned_for_one_sentence_is_not_told(self) -> None:
        turned = turns(1, talk_s=6.0, speech_db=-6.0, low_db=2.0)
        assert watch(turns(6) + turned + turns(6)) == []

    def test_another_person_after_a_long_silence_is_no_moved_microphone(self) -> None:
        assert watch([*turns(6), Part(60.0, False), *turns(8, speech_db=-8.0, low_db=-4.0)]) == []

    def test_put_back_it_is_trusted_again(self) -> None:
        gain = GainWatch()
        there, away = turns(6), turns(8, speech_db=-9.0, low_db=-4.5)
        assert [f.kind for f in gain.process(frames([*there, *away]))] == [GainKind.MOVED]
        assert gain.suspect == "microphone_moved"
        gain = GainWatch()
        assert [f.kind for f in gain.process(frames([*there, *away, *turns(8)]))] == [GainKind.MOVED] * 2
        assert gain.suspect is None

    def test_where_the_room_is_restless_nothing_is_said_of_distances(self) -> None:
        def barks(t: np.ndarray) -> np.ndarray:
            return np.where((t + 0.9) % 2.0 < 0.5, 15.0, 0.0)

        def in_kennels(count: int, **change: float) -> list[Part]:
            return [p for _ in range(count) for p in (Part(4.0, True, **change), Part(4.0, False, gain_db=barks))]

        assert watch(in_kennels(6) + in_kennels(8, speech_db=-6.0, low_db=-3.0)) == []

    def test_level_alone_may_be_effort(self) -> None:
        assert watch(turns(6) + turns(8, speech_db=-6.0)) == []


class TestAutomaticGain:
    def slow(self, rise_db: float, release_s: float, count: int = 7) -> list[Part]:
        def rise(t: np.ndarray) -> np.ndarray:
            return np.asarray(rise_db * (1 - np.exp(-t / release_s)))

        return [part for _ in range(count) for part in (Part(4.0, True), Part(5.0, False, gain_db=rise))]

    def test_slow(self) -> None:
        (found,) = watch(self.slow(10.0, 5.0))
        assert found.kind is GainKind.SLOW_AGC
        assert found.kind.rule == "gain_changed"

    def test_fast(self) -> None:
        (found,) = watch(self.slow(10.0, 0.5))
        assert found.kind is GainKind.FAST_AGC

    def test_short_pauses_that_rise_a_little_are_enough_of_them(self) -> None:
        def rise(t: np.ndarray) -> np.ndarray:
            return np.asarray(1.5 * t)

        parts = [p for _ in range(16) for p in (Part(3.0, True), Part(1.4, False, gain_db=rise))]
        (found,) = watch(parts)
        assert found.kind is GainKind.SLOW_AGC

    def test_machines_that_come_on_in_pauses_have_another_colour(self) -> None:
        def parts() -> list[Part]:
            quiet, loud = Part(1.0, False), Part(1.0, False, floor_db=5.0, colour_db=(5.0, 3.0, -1.0, -6.0))
            return [p for _ in range(12) for p in (Part(4.0, True), quiet, loud)]

        assert watch(parts()) == []

    def test_it_takes_several_pauses(self) -> None:
        assert watch(self.slow(10.0, 5.0, count=2)) == []

    def test_a_noise_that_rises_and_stays_is_none(self) -> None:
        floors = [Part(4.0, True), Part(5.0, False, gain_db=lambda t: 1.2 * t)] * 1
        for k in range(1, 4):
            floors += [Part(4.0, True), Part(5.0, False, gain_db=lambda t, k=k: 6.0 * k + 1.2 * t)]
        kinds = {f.kind for f in watch(floors)}
        assert not kinds & {GainKind.SLOW_AGC, GainKind.FAST_AGC}

    def test_noise_that_rises_here_and_falls_there_is_none(self) -> None:
        up, down = (lambda t: 1.5 * t), (lambda t: 7.5 - 1.5 * t)
        parts = [p for k in range(8) for p in (Part(4.0, True), Part(5.0, False, gain_db=(up, down)[k % 2]))]
        assert watch(parts) == []


class TestGate:
    def test_a_gate_is_found(self) -> None:
        def closes(t: np.ndarray) -> np.ndarray:
            return np.where(t < 0.2, 0.0, -30.0)

        parts = [p for _ in range(8) for p in (Part(4.0, True), Part(2.0, False, gain_db=closes))]
        (found,) = watch(parts)
        assert found.kind is GainKind.GATE
        assert found.size_db == pytest.approx(30, abs=2)
        assert found.evidence["open_db"] == pytest.approx(FLOOR_DB, abs=2)

    def test_words_dying_away_are_none(self) -> None:
        def decay(t: np.ndarray) -> np.ndarray:
            return np.maximum(25 - 100 * t, 0)

        assert watch([p for _ in range(8) for p in (Part(4.0, True), Part(2.0, False, gain_db=decay))]) == []


class TestLimiter:
    def test_peaks_at_a_ceiling(self) -> None:
        whole = frames(turns(8))
        limited = replace(whole, peak_db=np.minimum(whole.peak_db, np.percentile(whole.peak_db, 94)))
        (found,) = GainWatch().process(limited)
        assert found.kind is GainKind.LIMITER
        assert found.size_db == pytest.approx(np.percentile(whole.peak_db, 94), abs=0.5)

    def test_one_long_vowel_has_many_like_peaks(self) -> None:
        whole = frames([*turns(4), Part(2.0, True)])
        peaks = whole.peak_db.copy()
        peaks[-200:] = peaks.max() + 1.0
        assert GainWatch().process(replace(whole, peak_db=peaks)) == []

    def test_a_tone_that_stands_still_is_no_limited_voice(self) -> None:
        whole = frames(turns(8))
        still = {"peak_db": np.where(whole.speech, -20.0, whole.peak_db)}
        still["level_db"] = np.where(whole.speech, -23.0, whole.level_db)
        assert GainWatch().process(replace(whole, **still)) == []

    def test_clipping_at_full_scale_is_not_called_a_limiter(self) -> None:
        whole = frames(turns(8))
        peaks = np.minimum(whole.peak_db - np.percentile(whole.peak_db, 94), 0.0)
        assert GainWatch().process(replace(whole, peak_db=peaks)) == []


@pytest.mark.parametrize("seed", range(20))
def test_a_plain_microphone_is_never_flagged(seed: int) -> None:
    random = np.random.default_rng(seed)
    parts = []
    for _ in range(20):
        effort = random.normal(0, 3)
        parts.append(Part(random.uniform(0.5, 6), True, speech_db=effort, low_db=-effort / 4))
        parts.append(Part(random.uniform(0.3, 6), False, floor_db=random.normal(0, 0.5)))
    assert watch(parts, seed) == []


def test_sound_that_was_lost_hides_no_step() -> None:
    gain = GainWatch()
    before, after = frames(turns(5)), frames(turns(5, gain_db=8.0), seed=2)
    assert gain.process(before) == []
    gain.reset()
    (found,) = gain.process(replace(after, first=len(before) + 500))
    assert found.kind is GainKind.STEP


@pytest.mark.parametrize(("hz", "band"), [(200, 0), (700, 1), (2000, 2), (5000, 3)])
def test_a_tone_lies_in_its_band_at_its_level(hz: int, band: int) -> None:
    time_s = np.arange(10 * SPEECH_FRAME) / SPEECH_RATE_HZ
    tone = (0.5 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32).reshape(-1, SPEECH_FRAME)
    bands = band_levels_db(tone)
    assert bands.shape == (10, 4)
    assert bands[:, band] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.6)
    assert (np.delete(bands, band, axis=1) < -20).all()
