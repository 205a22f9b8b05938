"""Does the wizard's step test refuse automatic gain, or else the call's watch find it?  ``python -m bench.agc_step``.

Each recording is read softly and loudly, 10 dB apart, for as long as the wizard listens, through each simulated effect;
a sound level meter beside it reads the true step, off by what a second reading may differ.  Beside it stands what is
told in a call under the same effect (:mod:`bench.agc`).  Nothing was fitted here; the parts are those of that bench.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bench.agc import MOST_TAKES, Scenario, frames_of, scenarios, watch
from bench.agc_takes import Take, takes
from bench.report import table, write
from voicemon.calibration.speech import LevelMeter, speech_faults
from voicemon.calibration.step import step_linearity
from voicemon.cli.calibrate_make import STEP_S
from voicemon.gainfeed import UNSURE
from voicemon.types import SPEECH_FRAME, SPEECH_RATE_HZ, Bool, Float32

SOFTER_DB: Final = 10.0
BREATH_S: Final = 3.0
"""Between the two readings, in the room's own noise."""
PAUSE_FRAMES: Final = 30
"""Kept of pauses at either end."""
METER_ERROR_DB: Final = 0.2
"""Standard deviation of a step read off a meter that shows tenths."""
SHORTEST_CALL_S: Final = 60.0
PLAIN: Final = "plain"


@dataclass(frozen=True)
class Readings:
    """Two readings in one sound; ``soft`` and ``loud`` are their first and last samples."""

    sound: Float32
    soft: slice
    loud: slice


def readings(take: Take) -> Readings:
    """The take's first seconds of speech softly, a breath, and its next ones loudly."""
    count, breath = round(STEP_S * SPEECH_RATE_HZ), round(BREATH_S * SPEECH_RATE_HZ)
    room = take.sound - take.direct
    voice = take.direct[_read_aloud(take.sound)]
    soft = voice[:count] * np.float32(10 ** (-SOFTER_DB / 20))
    sound = np.concatenate((soft, np.zeros(breath, np.float32), voice[count : 2 * count]))
    return Readings(sound + room[: len(sound)], slice(0, count), slice(count + breath, len(sound)))


def _read_aloud(sound: Float32) -> Bool:
    """Which samples of a call belong to a text that is read without long pauses."""
    speech = frames_of(sound).speech
    near = np.convolve(speech, np.ones(2 * PAUSE_FRAMES + 1), "same") > 0
    flags = np.zeros(len(sound), np.bool_)
    flags[: len(near) * SPEECH_FRAME] = np.repeat(near, SPEECH_FRAME)
    return flags


def laeq_dbfs(sound: Float32) -> float:
    """As the wizard reads it."""
    meter = LevelMeter(SPEECH_RATE_HZ)
    meter.process(sound)
    return meter.level().laeq_dbfs


def refused(true: Readings, heard: Float32, meter_error_db: float) -> bool:
    """The step did not come through, or a reading was not fit for one."""
    meters = []
    for part in (true.soft, true.loud):
        meter = LevelMeter(SPEECH_RATE_HZ)
        meter.process(heard[part])
        meters.append(meter.level())
    expected_db = laeq_dbfs(true.sound[true.loud]) - laeq_dbfs(true.sound[true.soft]) + meter_error_db
    unfit = any(speech_faults(level) for level in meters)
    return unfit or not step_linearity(meters[0].laeq_dbfs, meters[1].laeq_dbfs, expected_db).linear


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--part", choices=("fit", "report"), default="report")
    options = parser.parse_args()
    usable = [take for take in takes() if take.layable and take.part == options.part and watch(take.sound)[1]]
    usable = usable[:MOST_TAKES]
    lasting = [Scenario(PLAIN, (), lambda take, _: take.sound), *(s for s in scenarios() if not s.sudden)]
    rows = [figures(scenario, usable) for scenario in lasting]
    head = ["effect", "recordings", "refused", "told in a call", "either"]
    print(table(head, [list(row.values())[: len(head)] for row in rows]))
    print(f"\nwritten to {write('agc_step', {'part': options.part, 'rows': rows})}")


def figures(scenario: Scenario, usable: list[Take]) -> dict[str, Any]:
    """One effect over all recordings."""
    count: dict[str, int] = defaultdict(int)
    missed = []
    for take in usable:
        chance = random.Random(f"{scenario.name} {take.name}")
        read = readings(take)
        whole = Take(take.name, take.part, read.sound, read.sound)
        by_wizard = refused(read, scenario.make(whole, 0), chance.gauss(0, METER_ERROR_DB))
        long = len(take.sound) >= SHORTEST_CALL_S * SPEECH_RATE_HZ
        by_watch = long and any(found.kind not in UNSURE for found in watch(scenario.make(take, 0))[0])
        count["refused"] += by_wizard
        count["told"] += by_watch
        count["either"] += by_wizard or by_watch
        missed += [] if by_wizard or by_watch else [take.name]
    found = {key: count[key] for key in ("refused", "told", "either")}
    return {"effect": scenario.name, "recordings": len(usable), **found, "missed": missed}


if __name__ == "__main__":
    main()
