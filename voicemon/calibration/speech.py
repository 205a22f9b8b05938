"""The A-weighted level of a text that is read, or of a room: LAeq over a stated time, and whether it is fit to use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.calibration.faults import Fault, FaultKind
from voicemon.calibration.model import Reading
from voicemon.calibration.offset import difference_db
from voicemon.dsp.level import FrameLevels, FrameMeter
from voicemon.dsp.weighting import Weighting
from voicemon.types import FRAMES_PER_S, Bool, Float32, Float64

LONGEST_S: Final = 300
"""More is not kept: a text of 100 characters takes half a minute."""
LEAST_S: Final = 10.0
"""A text shorter than this says too little of a voice's spectrum and level."""
LEAST_ROOM_S: Final = 2.0
LEAST_SNR_DB: Final = 10.0
"""At either microphone; the correction is then 0.46 dB at most."""
LEAST_RISE_DB: Final = 8.0
"""Between the tenth of the time that is loudest and the tenth that is quietest, 0.1 s at a time: 34 dB and more in
human sentences.  It refuses silence and steady noise; other sounds that come and go pass."""
MOST_CLIPPED: Final = 0.001
"""Share of the frames."""
MOST_SPREAD_DB: Final = 1.5
"""Standard deviation of the readings' differences: beyond it something moved."""

_BIN: Final = FRAMES_PER_S // 10


@dataclass(frozen=True, slots=True)
class Level:
    """An LAeq.  ``rise_db``: 10 % over 90 % level; ``now_dbfs``: of the last 0.1 s, for a bar on the screen."""

    laeq_dbfs: float
    duration_s: float
    rise_db: float
    clipped: float
    now_dbfs: float


class LevelMeter:
    """Weighs and adds up one channel; any block size gives the same answer."""

    def __init__(self, sample_rate: int) -> None:
        self._weighting = Weighting("A", sample_rate)
        self._meter = FrameMeter(sample_rate)
        self._mean_squares: list[Float64] = []
        self._clipped: list[Bool] = []
        self._frames = 0

    def process(self, samples: Float32) -> None:
        """The next samples, shape (n,); beyond :data:`LONGEST_S` they are left out."""
        if self._frames < LONGEST_S * FRAMES_PER_S:
            self._take(self._meter.process(samples, self._weighting.process(samples)))

    @property
    def duration_s(self) -> float:
        return self._frames / FRAMES_PER_S

    def level(self, duration_s: float | None = None) -> Level:
        """Over the first ``duration_s``, or all of it."""
        end = None if duration_s is None else round(duration_s * FRAMES_PER_S)
        squares = np.concatenate([np.empty(0), *self._mean_squares])[:end]
        clipped = np.concatenate([np.empty(0, np.bool_), *self._clipped])[:end]
        if not len(squares):
            return Level(-math.inf, 0.0, 0.0, 0.0, -math.inf)
        whole = len(squares) // _BIN * _BIN
        tenths = squares[:whole].reshape(-1, _BIN).mean(axis=1) if whole else squares
        quiet, loud = np.percentile(tenths, (10, 90))
        return Level(
            laeq_dbfs=_db(float(squares.mean())),
            duration_s=len(squares) / FRAMES_PER_S,
            rise_db=_db(float(loud)) - _db(float(quiet)) if quiet > 0 else math.inf,
            clipped=float(clipped.mean()),
            now_dbfs=_db(float(squares[-_BIN:].mean())),
        )

    def _take(self, frames: FrameLevels) -> None:
        if len(frames.weighted_ms):
            self._mean_squares.append(frames.weighted_ms)
            self._clipped.append(frames.clipped)
            self._frames += len(frames.weighted_ms)


def room_faults(room: Level) -> tuple[Fault, ...]:
    return (Fault(FaultKind.SHORT, room.duration_s, LEAST_ROOM_S),) if room.duration_s < LEAST_ROOM_S else ()


def speech_faults(level: Level, room_dbfs: float | None = None) -> tuple[Fault, ...]:
    """What speaks against a text that was read."""
    if level.duration_s < LEAST_S:
        return (Fault(FaultKind.SHORT, level.duration_s, LEAST_S),)
    if not math.isfinite(level.laeq_dbfs):
        return (Fault(FaultKind.NO_SPEECH, 0.0, LEAST_RISE_DB),)
    over = math.inf if room_dbfs is None else level.laeq_dbfs - room_dbfs
    judged = (
        (level.clipped > MOST_CLIPPED, Fault(FaultKind.CLIPPED, 100 * level.clipped, 100 * MOST_CLIPPED)),
        (over < LEAST_SNR_DB, Fault(FaultKind.ROOM, over, LEAST_SNR_DB)),
        (level.rise_db < LEAST_RISE_DB, Fault(FaultKind.NO_SPEECH, level.rise_db, LEAST_RISE_DB)),
    )
    return tuple(fault for wrong, fault in judged if wrong)


def reference_faults(reading: Reading) -> tuple[Fault, ...]:
    """What speaks against the meter's figure."""
    if reading.room_reference_db is None:
        return ()
    over = reading.reference_db - reading.room_reference_db
    return (Fault(FaultKind.ROOM_AT_METER, over, LEAST_SNR_DB),) if over < LEAST_SNR_DB else ()


def agreement_faults(readings: Sequence[Reading]) -> tuple[Fault, ...]:
    """Whether readings that have no fault of their own agree with each other."""
    if len(readings) < 2:
        return ()
    differences = [difference_db(reading) for reading in readings]
    spread = float(np.std(differences, ddof=1))
    return (Fault(FaultKind.SPREAD, spread, MOST_SPREAD_DB),) if spread > MOST_SPREAD_DB else ()


def _db(mean_square: float) -> float:
    return 10 * math.log10(mean_square) if mean_square > 0 else -math.inf
