"""One speaker: levels of what was said against a tone whose level is known, pauses, and the rings behind them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.channel import FrontEnd, Syllables
from voicemon.energy import Energy, Ring, to_db
from voicemon.measured import Spoken
from voicemon.pauses import LEFT_OUT_FRAMES, pause_weight
from voicemon.settings import AsrSettings
from voicemon.speech.segmenter import Piece
from voicemon.types import Float32, Pass
from voicemon.voice import Voice

RATE = 48_000
TONE_DBFS = 20 * np.log10(0.1 / np.sqrt(2))


def tone(seconds: float, amplitude: float = 0.1) -> Float32:
    return (amplitude * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def hear(samples: Float32, speech: list[tuple[float, float]], *, asr: bool = False) -> tuple[Voice, list[Spoken]]:
    """A voice that took ``samples`` with the given speech (seconds), and its utterances measured."""
    front, voice = FrontEnd(RATE, 5.0), Voice(AsrSettings(enabled=asr))
    spoken = []
    for features, syllables in (front.process(samples), front.flush()):
        voice.load(features, Syllables(syllables.first, np.full(len(syllables.counts), 0.04)))
        for index in range(len(features)):
            frame = features.first + index
            talks = any(round(a * 100) <= frame < round(b * 100) for a, b in speech)
            _, piece = voice.step(frame, talks, float(features.level_db[index]), -60.0)
            if piece is not None and piece.kind is Pass.FINAL:
                spoken.append(voice.measure(piece))
    _, piece = voice.close()
    if piece is not None:
        spoken.append(voice.measure(piece))
    return voice, spoken


def test_a_steady_voice_has_the_level_of_its_tone() -> None:
    voice, (spoken,) = hear(tone(4.0), [(1.0, 3.0)])
    assert (spoken.piece.start, spoken.piece.end) == (100, 300)
    assert spoken.laeq_db == pytest.approx(TONE_DBFS, abs=0.05)
    assert spoken.active_db == pytest.approx(TONE_DBFS, abs=0.05)
    assert spoken.active_s == pytest.approx(2.0)
    assert voice.totals.active.db == pytest.approx(TONE_DBFS, abs=0.05)
    assert voice.moving_db == pytest.approx(TONE_DBFS, abs=0.05)
    assert voice.utterance.db == pytest.approx(TONE_DBFS, abs=0.05)


def test_pauses_lower_the_laeq_and_not_the_active_level() -> None:
    """Speech 1.0 s, pause 0.4 s of digital silence, speech 1.0 s: LAeq is 10 lg(2.4/2.0) = 0.79 dB lower."""
    samples = np.concatenate([tone(1.0), np.zeros(round(0.4 * RATE), np.float32), tone(1.0), tone(1.0) * 0])
    voice, (spoken,) = hear(samples, [(0.0, 1.0), (1.4, 2.4)])
    assert spoken.active_db == pytest.approx(TONE_DBFS, abs=0.05)
    assert spoken.laeq_db == pytest.approx(TONE_DBFS - 0.79, abs=0.05)
    assert (spoken.pauses, voice.totals.pauses) == (1, 1)
    assert spoken.active_s == pytest.approx(2.0)


def test_the_level_is_that_of_the_utterance_it_belongs_to() -> None:
    samples = np.concatenate([tone(2.0), tone(1.0) * 0, tone(2.0, 0.2), tone(1.0) * 0])
    voice, (quiet, loud) = hear(samples, [(0.0, 2.0), (3.0, 5.0)])
    assert loud.active_db is not None
    assert quiet.active_db is not None
    assert loud.active_db - quiet.active_db == pytest.approx(6.02, abs=0.05)
    assert voice.totals.active.db == pytest.approx(TONE_DBFS + 10 * np.log10(2.5), abs=0.05)
    assert voice.totals.active.seconds == pytest.approx(4.0)


def test_the_last_utterances_level_stays_to_be_seen_until_the_next_one() -> None:
    samples = np.concatenate([tone(2.0), tone(3.0) * 0])
    voice, _ = hear(samples, [(0.0, 2.0)])
    assert not voice.speaking
    assert voice.utterance.db == pytest.approx(TONE_DBFS, abs=0.05)


def test_the_running_utterances_level_begins_anew_with_it() -> None:
    samples = np.concatenate([tone(2.0), tone(1.0) * 0, tone(2.0, 0.01)])
    voice, _ = hear(samples, [(0.0, 2.0), (3.0, 5.0)])
    assert voice.utterance.db == pytest.approx(TONE_DBFS - 20, abs=0.05)


def test_the_moving_level_follows_within_its_time_constant() -> None:
    samples = np.concatenate([tone(4.0), tone(2.0, 0.01)])
    voice, _ = hear(samples, [(0.0, 6.0)])
    expected = 10 * np.log10(0.005 * np.exp(-1) + 0.00005 * (1 - np.exp(-1)))
    assert voice.moving_db == pytest.approx(expected, abs=0.05)


def test_a_second_knows_its_level_its_loudest_moment_and_its_speech() -> None:
    samples = np.concatenate([tone(1.0), tone(1.0) * 0])
    voice, _ = hear(samples, [(0.0, 1.0)])
    second = voice.second(0, 100)
    assert second.laeq_db == pytest.approx(TONE_DBFS, abs=0.05)
    assert second.lafmax_db == pytest.approx(TONE_DBFS, abs=0.15)
    assert second.speech_s == pytest.approx(1.0)
    assert second.clipped_frames == 0
    after = voice.second(110, 200)
    assert after.speech_s == 0.0
    assert after.lafmax_db is not None
    assert after.lafmax_db < TONE_DBFS - 3


def test_digital_silence_has_no_level() -> None:
    voice, spoken = hear(np.zeros(2 * RATE, np.float32), [])
    assert spoken == []
    assert voice.second(0, 200).laeq_db is None
    assert voice.second(0, 200).lafmax_db is None
    assert voice.totals.active.db is None
    assert voice.moving_db is None


def test_clipped_frames_are_counted() -> None:
    samples = tone(2.0)
    samples[RATE : RATE + 4 * 480] = 1.0
    voice, _ = hear(samples, [])
    assert voice.second(100, 200).clipped_frames == 4
    assert voice.second(0, 100).clipped_frames == 0


def test_the_height_over_the_floor() -> None:
    voice, (spoken,) = hear(tone(3.0), [(0.5, 2.0)])
    assert voice.over_floor_db(spoken.piece) == pytest.approx(TONE_DBFS + 60, abs=0.05)
    assert voice.over_floor_db(Piece(9, Pass.FINAL, 0, 0, ())) == 0.0


def test_syllables_and_speech_frames_for_the_rates() -> None:
    voice, _ = hear(tone(3.0), [(1.0, 2.0)])
    speech, syllables = voice.rate_frames(50, 250)
    assert sum(speech) == 100
    assert speech[50:150] == [1.0] * 100
    assert sum(syllables) == pytest.approx(8.0)
    assert voice.syllables(100, 200) == pytest.approx(4.0)


def test_pitch_ranges_are_weighted_by_their_length() -> None:
    voice = Voice(AsrSettings())
    voice.note_pitch(4.0, 1.0)
    voice.note_pitch(None, 5.0)
    voice.note_pitch(8.0, 3.0)
    assert voice.totals.f0_range_st_s / voice.totals.f0_s == pytest.approx(7.0)


def test_provisional_looks_only_with_a_recogniser() -> None:
    looks = []
    for asr in (True, False):
        front, voice = FrontEnd(RATE, 5.0), Voice(AsrSettings(enabled=asr))
        features, syllables = front.process(tone(5.0))
        voice.load(features, syllables)
        pieces = [voice.step(f, True, -23.0, -60.0)[1] for f in range(len(features))]
        looks.append(sum(p is not None for p in pieces))
    assert looks[0] >= 2
    assert looks[1] == 0


@given(st.lists(st.integers(0, 20), max_size=12), st.integers(0, 20), st.integers(0, 20))
def test_a_ring_gives_the_newest_values_back(sizes: list[int], back: int, length: int) -> None:
    ring, values = Ring(20), []
    for size in sizes:
        block = [float(len(values) + i) for i in range(size)]
        ring.put(len(values), block)
        values += block
    start = max(0, len(values) - back)
    end = min(len(values), start + length)
    assert ring.get(start, end) == values[start:end]
    assert ring.get(0, len(values)) == values[-20:]
    assert ring.get(5, 5) == []


def test_energy_is_a_mean_of_squares() -> None:
    energy = Energy()
    assert energy.db is None
    energy.add([0.1, 0.3])
    energy.add([0.2])
    assert energy.db == pytest.approx(10 * np.log10(0.2))
    assert energy.seconds == pytest.approx(0.03)


@pytest.mark.parametrize(("mean_square", "db"), [(1.0, 0.0), (0.01, -20.0), (0.0, None), (1e-16, None)])
def test_no_sound_has_no_level(mean_square: float, db: float | None) -> None:
    assert to_db(mean_square) == (None if db is None else pytest.approx(db))


@pytest.mark.parametrize("faint", [0.0, 0.003])
def test_a_pause_a_frame_longer_moves_the_level_by_little(faint: float) -> None:
    """Speech 1.0 s, a pause of 100 to 430 ms, speech 1.0 s: no step at the floor of a pause, nor anywhere."""
    levels = []
    for frames in range(10, 44):
        pause = tone(frames / 100, faint)
        samples = np.concatenate([tone(1.0), pause, tone(1.0), tone(1.0) * 0])
        voice, (spoken,) = hear(samples, [(0.0, 1.0), (1.0 + frames / 100, 2.0 + frames / 100)])
        assert spoken.active_db == pytest.approx(voice.totals.active.db, abs=1e-9)
        assert spoken.active_db == pytest.approx(voice.utterance.db, abs=1e-9)
        levels.append(spoken.active_db)
    assert np.abs(np.diff(levels)).max() < 0.025
    # Short pauses belong to the speech, long ones do not.
    assert levels[0] == pytest.approx(TONE_DBFS + 10 * np.log10(2.0 / 2.1), abs=0.05)
    assert levels[-1] == pytest.approx(TONE_DBFS, abs=0.05)


def test_a_pause_counts_as_speech_in_ever_smaller_part() -> None:
    counted = [frames * pause_weight(frames) for frames in range(1, 2 * LEFT_OUT_FRAMES)]
    assert counted[:20] == list(range(1, 21))
    assert np.diff(counted[19:40]) == pytest.approx(-1.0)
    assert counted[40:] == [0.0] * len(counted[40:])
