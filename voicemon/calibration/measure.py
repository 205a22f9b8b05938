"""Measuring from any source of sound: the blocks' clock is the only one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from voicemon.audio.source import Source
from voicemon.calibration.faults import Fault, FaultKind
from voicemon.calibration.speech import Level, LevelMeter
from voicemon.calibration.tone import STEADY_S, Tone, ToneMeter, ToneSecond, judge
from voicemon.errors import DeviceError
from voicemon.types import Float32, Gap

TONE_LIMIT_S: Final = 30
"""A tone that is not steady by then will not be."""
SETTLE_S: Final = 0.5
"""Left out at the start of a live source: the click of its being switched on, and of the key that was pressed."""
REDRAW_S: Final = 0.1
MOST_IDLE: Final = 80
"""Empty blocks in a row, about eight a second: a device that has delivered nothing for so long is not there."""
TOLERATED_GAP_S: Final = 1.0
"""A tone is begun anew after a shorter one."""

Watcher = Callable[[Level], None]
ToneWatcher = Callable[[ToneSecond, float], None]
"""Called with each second and the spread of the last ones in dB."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A level over a time, and whether the sound came without a break."""

    level: Level
    faults: tuple[Fault, ...] = ()


def _heard(source: Source, settle_s: float) -> Iterator[Float32 | Gap]:
    """The first channel from ``settle_s`` on, and what was lost of it."""
    begin = round(settle_s * source.info.sample_rate)
    idle = 0
    for item in source:
        idle = 0 if isinstance(item, Gap) or item.samples.shape[1] else idle + 1
        if idle > MOST_IDLE:
            raise DeviceError(f"{source.info.name} delivers no sound", "see that it is plugged in and not in use")
        if isinstance(item, Gap):
            if item.end > begin:
                yield item
            continue
        kept = item.samples[0, max(0, begin - item.start) :]
        if len(kept):
            yield kept


def measure_tone(source: Source, watch: ToneWatcher, *, settle_s: float = SETTLE_S) -> Tone:
    """Listen until the tone has been fit for :data:`~voicemon.calibration.tone.STEADY_S` seconds, or for
    :data:`TONE_LIMIT_S`, or to the source's end.  Without a fit tone the faults are those of the end."""
    meter = ToneMeter(source.info.sample_rate)
    seconds: list[ToneSecond] = []
    heard = 0
    for item in _heard(source, settle_s):
        if isinstance(item, Gap):
            meter.reset()
            seconds.clear()
            if (lost_s := (item.end - item.start) / source.info.sample_rate) > TOLERATED_GAP_S:
                return replace(judge(seconds), faults=(Fault(FaultKind.BROKEN, lost_s, 0.0),))
            continue
        for second in meter.process(item):
            seconds = [*seconds, second][-STEADY_S:]
            heard += 1
            tone = judge(seconds)
            watch(second, tone.spread_db)
            if not tone.faults or heard >= TONE_LIMIT_S:
                return tone
    return judge(seconds)


def measure_level(source: Source, duration_s: float | None, watch: Watcher, *, settle_s: float = SETTLE_S) -> Measured:
    """LAeq over ``duration_s`` of sound, or to the source's end where that is ``None`` or comes first."""
    rate = source.info.sample_rate
    meter = LevelMeter(rate)
    drawn = 0.0
    for item in _heard(source, settle_s):
        if isinstance(item, Gap):
            return Measured(meter.level(duration_s), (Fault(FaultKind.BROKEN, (item.end - item.start) / rate, 0.0),))
        meter.process(item)
        if meter.duration_s - drawn >= REDRAW_S:
            drawn = meter.duration_s
            watch(meter.level(duration_s))
        if duration_s is not None and meter.duration_s >= duration_s:
            break
    return Measured(meter.level(duration_s))
