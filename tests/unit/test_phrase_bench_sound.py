"""The sound of the phrase bench: noise at the ratio stated, telephone by the tables of ITU-T G.711, joined clips."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from bench.asr import read
from bench.phrases import conditions, material, mixing, telephone
from bench.phrases.mixing import CLIPS, TURN_S, active_db, add, turns
from voicemon.types import SPEECH_RATE_HZ, Float32, Float64

TURN = round(TURN_S * SPEECH_RATE_HZ)

MU_LAW = {-5: -8, 0: 0, 3: 0, 5: 8, 8: 8, 100: 104, 1000: 988, 10000: 9852, 32767: 32124, -32768: -32124}
"""16-bit sample → what µ-law makes of it: four times the table's y (decision values and outputs of Table 2a/2b)."""
A_LAW = {0: 8, 8: 8, 17: 24, 100: 104, 1000: 1008, 10000: 9984, 32767: 32256, -32768: -32256}
"""Eight times the outputs of Table 1a/1b."""


def decoded(path: Path) -> tuple[list[int], int, str]:
    """16-bit samples of a recording, its rate and its codec."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        samples = [frame.to_ndarray()[0] for frame in container.decode(stream)]
        return np.concatenate(samples).astype(int).tolist(), stream.rate, stream.codec_context.name


def speech(seconds: float, rms: float = 0.05) -> Float32:
    """Noise that comes and goes in the rhythm of sentences: 2 s on, 1 s off."""
    time_s = np.arange(round(seconds * SPEECH_RATE_HZ)) / SPEECH_RATE_HZ
    sound = np.random.default_rng(3).standard_normal(len(time_s)) * (time_s % 3 < 2)
    return np.asarray(rms * sound, np.float32)


def power_db(samples: Float32 | Float64) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


@pytest.mark.parametrize(("law", "known"), [(telephone.A_LAW, A_LAW), (telephone.MU_LAW, MU_LAW)])
def test_samples_come_back_as_the_tables_of_g711_have_them(law: str, known: dict[int, int], tmp_path: Path) -> None:
    path = tmp_path / "law.wav"
    telephone.encode(path, np.array(list(known), np.float32) / np.float32(32768), 8_000, law)
    found, rate, codec = decoded(path)
    assert (rate, codec) == (8_000, law)
    assert dict(zip(known, found, strict=True)) == known


@pytest.mark.parametrize("law", [telephone.A_LAW, telephone.MU_LAW])
def test_each_law_has_the_noise_of_its_steps(law: str, tmp_path: Path) -> None:
    """G.711 carries speech with about 38 dB over its quantisation noise, over a wide range of levels."""
    for rms_db in (-20.0, -30.0):
        sound = np.random.default_rng(1).laplace(size=80_000) * 10 ** (rms_db / 20) / np.sqrt(2)
        sound = np.clip(sound, -0.99, 0.99).astype(np.float32)
        path = tmp_path / "noise.wav"
        telephone.encode(path, sound, 8_000, law)
        back = np.array(decoded(path)[0]) / 32768
        assert power_db(sound) - power_db(back - sound) == pytest.approx(38.0, abs=2.0)


def test_the_telephone_carries_1_khz_and_neither_5_khz_nor_its_mirror(tmp_path: Path) -> None:
    time_s = np.arange(SPEECH_RATE_HZ) / SPEECH_RATE_HZ
    levels = {}
    for hz in (1_000, 5_000):
        path = tmp_path / f"{hz}.wav"
        conditions.write(np.asarray(0.1 * np.sin(2 * np.pi * hz * time_s), np.float32), "telephone", path)
        samples, rate, codec = decoded(path)
        assert (rate, codec) == (8_000, "pcm_alaw")
        levels[hz] = power_db(np.array(samples[800:-800]) / 32768)
    assert levels[1_000] == pytest.approx(-23.01, abs=0.1)
    assert levels[5_000] < -60


@pytest.mark.parametrize("snr_db", [15.0, 5.0])
def test_every_turn_of_noise_has_the_ratio_to_active_speech_that_is_stated(snr_db: float) -> None:
    sound = speech(2 * TURN_S)
    time_s = np.arange(TURN) / SPEECH_RATE_HZ
    hum, hiss = np.sin(2 * np.pi * 100 * time_s), np.random.default_rng(4).standard_normal(SPEECH_RATE_HZ)
    noise = add(sound, [0.7 * hum.astype(np.float32), 0.01 * hiss.astype(np.float32)], snr_db) - sound
    level_db = active_db(sound)
    assert level_db is not None
    # Two seconds of three: the active level lies above the mean one.
    assert level_db > power_db(sound) + 1
    assert level_db - power_db(noise[:TURN]) == pytest.approx(snr_db, abs=0.01)
    assert level_db - power_db(noise[TURN:]) == pytest.approx(snr_db, abs=0.01)


def test_silence_has_no_level_to_add_noise_to() -> None:
    silence = np.zeros(SPEECH_RATE_HZ, np.float32)
    assert np.array_equal(add(silence, [speech(1.0)], 5.0), silence)


def test_every_recording_gets_all_clips_and_two_get_them_in_turn() -> None:
    assert sorted(turns("a")) == sorted(turns("b")) == sorted(CLIPS)
    assert turns("a") == turns("a")
    assert len({turns(f"dev{i:02d}")[0] for i in range(1, 11)}) > 3


@pytest.mark.shared
def test_all_clips_are_there_and_the_mix_is_the_same_each_time(shared: Path) -> None:
    sound = speech(TURN_S * len(CLIPS))
    noise = shared / "speech" / "noise"
    first = conditions.degraded(sound, "snr_10db", "dev01", noise)
    assert np.array_equal(first, conditions.degraded(sound, "snr_10db", "dev01", noise))
    assert not np.array_equal(first, mixing.mixed(sound, "dev02", 10.0, noise))
    assert np.array_equal(conditions.degraded(sound, "clean", "dev01", noise), sound)


def test_joined_clips_stand_where_their_lines_say(tmp_path: Path) -> None:
    rows, lengths_s = [], (1.0, 0.5)
    for i, length_s in enumerate(lengths_s):
        telephone.encode(tmp_path / f"x_{i}.wav", 0.1 + 0 * speech(length_s), SPEECH_RATE_HZ, "pcm_s16le")
        rows.append(f'{{"file": "x_{i}.wav", "dur_s": {length_s}, "transcript": "句{i}"}}')
    (tmp_path / "manifest.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (whole,) = material.together(tmp_path, "human", ())
    samples = whole.samples()
    assert [line.text for line in whole.lines] == ["句0", "句1"]
    inside = np.zeros(len(samples), bool)
    for line in whole.lines:
        inside[round(line.start * SPEECH_RATE_HZ) : round(line.end * SPEECH_RATE_HZ)] = True
    assert inside.sum() == sum(lengths_s) * SPEECH_RATE_HZ
    assert abs(samples[inside] - 0.1).max() < 0.01
    assert power_db(samples[~inside]) == pytest.approx(material.ROOM_DB, abs=0.5)


def test_any_folder_of_tapes_is_read_and_a_cut_leaves_out_what_ends_behind_it(tmp_path: Path) -> None:
    telephone.encode(tmp_path / "t1.flac.wav", speech(3.0), SPEECH_RATE_HZ, "pcm_s16le")
    (tmp_path / "t1.flac.wav").rename(tmp_path / "t1.flac")
    (tmp_path / "t1.truth.json").write_text(
        '{"segments": [{"start": 0.1, "end": 0.9, "text": "你急什么急。", "phrase_id": "d09", "phrase": "你急什么急",'
        ' "phrase_start": 0.2, "phrase_end": 0.8}, {"start": 1.0, "end": 1.5, "text": "再见。", "phrase_id": null,'
        ' "phrase": null}]}',
        encoding="utf-8",
    )
    (tape,) = material.tapes(tmp_path, "mine")
    assert (tape.name, tape.kind, tape.part, tape.lexicons) == ("t1", "mine", "held_out", ())
    assert [(s.id, s.text) for s in tape.said] == [("d09", "你急什么急")]
    assert len(tape.cut(1.0).samples()) == SPEECH_RATE_HZ
    assert tape.cut(0.7).said == ()
    assert len(read(tmp_path / "t1.flac")) == 3 * SPEECH_RATE_HZ
