"""How many times faster than real time the whole chain runs without words: a monitor without a recogniser on one core.

The sound is the bundled call at each sample rate, in blocks of a recording (whole, taken second by second), of 100 ms
and of 20 ms (a microphone's).  The least that any such chain costs stands beside it in the same run: webrtcvad on every
frame at 16 kHz and one A-weighting filter.
"""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import soxr

from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.channel import to_int16
from voicemon.dsp.weighting import Weighting
from voicemon.monitor import Monitor
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.settings import Settings, load
from voicemon.speech.vad import WEBRTC_MODE
from voicemon.types import SPEECH_FRAME, SPEECH_RATE_HZ, Block, Float32, Role, SourceInfo

RATES: Final = (8_000, 16_000, 48_000)
BLOCKS_S: Final = (1.0, 0.1, 0.02)
DURATION_S: Final = 30
REPEATS: Final = 5
ROLES: Final = (Role.AGENT, Role.CUSTOMER)


def chain_rows() -> list[dict[str, Any]]:
    """CPU milliseconds a second of sound for every rate, number of channels and block, the best of the repeats."""
    settings = load(environment={}, overrides={"asr": {"enabled": False}})
    call, rate_of_call = _call()
    rows: list[dict[str, Any]] = []
    for rate in RATES:
        x = np.ascontiguousarray(soxr.resample(call.T, rate_of_call, rate).T.astype(np.float32))
        for channels in (1, 2):
            rows += [
                _row("whole chain", rate, channels, block_s, min(_chain(x[:channels], rate, block_s, settings)))
                for block_s in BLOCKS_S
            ]
        rows.append(_row("webrtcvad + A-weighting alone", rate, 1, None, min(_floor(x[0], rate))))
    return rows


def _row(stage: str, rate: int, channels: int, block_s: float | None, cpu_s: float) -> dict[str, Any]:
    times = DURATION_S / cpu_s
    return {"stage": stage, "rate": rate, "channels": channels, "block_s": block_s, "times": times}


def _call() -> tuple[Float32, int]:
    source = RecordingSource(demo.CALL)
    samples = np.concatenate([block.samples for block in source if isinstance(block, Block)], axis=1)
    rate = source.info.sample_rate
    repeated = np.tile(samples, -(-DURATION_S * rate // samples.shape[1]))
    return repeated[:, : DURATION_S * rate], rate


def _chain(x: Float32, rate: int, block_s: float, settings: Settings) -> list[float]:
    info, lexicon, size = SourceInfo("bench", rate, ROLES[: len(x)], None), load_lexicon(), round(block_s * rate)
    blocks = [Block(at, x[:, at : at + size]) for at in range(0, x.shape[1], size)]
    found = []
    for _ in range(REPEATS):
        monitor = Monitor(info, settings, lexicon, "en")
        began = time.thread_time()
        for block in blocks:
            monitor.process(block)
        monitor.end()
        found.append(time.thread_time() - began)
    return found


def _floor(x: Float32, rate: int) -> list[float]:
    import webrtcvad

    speech = to_int16(soxr.resample(x, rate, SPEECH_RATE_HZ).astype(np.float32))
    frames = [
        frame.tobytes() for frame in speech[: len(speech) // SPEECH_FRAME * SPEECH_FRAME].reshape(-1, SPEECH_FRAME)
    ]
    found = []
    for _ in range(REPEATS):
        vad, weighting = webrtcvad.Vad(WEBRTC_MODE), Weighting("A", rate)
        began = time.thread_time()
        for second in x.reshape(-1, rate):
            weighting.process(second)
        for frame in frames:
            vad.is_speech(frame, SPEECH_RATE_HZ)
        found.append(time.thread_time() - began)
    return found
