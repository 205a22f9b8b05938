"""Is automatic or changed gain found, and a plain microphone left alone?  ``python -m bench.agc [--quick]``.

Each recording is played plain, with noise, and under each simulated effect (:mod:`bench.agc_effects`).  Limits were
fitted on the *fit* part (dev01 to 05, one speaker's sentences, one drill, two of the tapes); the *report* part is the
rest, with other voices.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from bench import agc_effects as fx
from bench.agc_takes import Take, read, takes
from bench.report import SPEECH, table, write
from voicemon.audio.resample import Resampler
from voicemon.dsp.level import FrameMeter
from voicemon.dsp.weighting import Weighting
from voicemon.speech.gain import GainFinding, GainFrames, GainKind, GainWatch, band_levels_db
from voicemon.speech.gain.parts import SILENT_DB
from voicemon.speech.vad import VoiceActivity
from voicemon.types import SPEECH_FRAME, SPEECH_RATE_HZ, Float32

SNR_DB: Final = 15.0
NOISES_EACH: Final = 4
SHORT_S: Final = 60.0
"""A sentence by itself is played as it was read; noise is added to what is longer."""
MOST_TAKES: Final = 10
"""Recordings of each part that effects are laid over."""

AGC: Final = (GainKind.SLOW_AGC, GainKind.FAST_AGC)


@dataclass(frozen=True)
class Scenario:
    """An effect, the kinds of finding that name it rightly, and whether it sets in at one moment."""

    name: str
    kinds: tuple[GainKind, ...]
    make: Callable[[Take, int], Float32]
    sudden: bool = False


def scenarios() -> list[Scenario]:
    gates, limits = (GainKind.GATE,), (GainKind.LIMITER,)
    rows = [
        Scenario(f"slow AGC {attack:g}/{release:g} s, {most} dB", AGC, _on(fx.agc, attack, release, most))
        for attack, release in ((1, 1), (1, 5), (1, 10), (5, 5), (10, 10))
        for most in (10, 20)
    ]
    rows.append(Scenario("AGC 1/5 s, 20 dB, holds in pauses", AGC, _on(fx.frozen_agc, 1, 5, 20)))
    rows += [Scenario(f"fast AGC 50/500 ms, {db} dB", AGC, _on(fx.compressor, db)) for db in (6, 10, 15)]
    rows += [
        Scenario(f"gate {depth} dB, hold {1000 * hold:.0f} ms", gates, _on(fx.gate, depth, hold))
        for depth, hold in ((12, 0.2), (30, 0.1), (30, 0.2), (80, 0.2))
    ]
    rows += [Scenario(f"limiter {db} dB under peak", limits, _on(fx.limiter, db)) for db in (4, 8, 12)]
    rows += [Scenario(f"flat tops {db} dB under peak", limits, _on(fx.flat_tops, db)) for db in (4, 8)]
    rows += [Scenario(f"slider {db:+d} dB", (GainKind.STEP,), _slider(db), sudden=True) for db in (-10, -6, 6, 10)]
    rows += [Scenario(f"distance x{m:g}", (GainKind.MOVED,), _moved(m), sudden=True) for m in (0.5, 2, 3)]
    return rows


def _on(effect: Callable[..., Float32], *figures: float) -> Callable[[Take, int], Float32]:
    return lambda take, _: effect(take.sound, SPEECH_RATE_HZ, *figures)


def _slider(gain_db: float) -> Callable[[Take, int], Float32]:
    return lambda take, at: fx.slider(take.sound, at, gain_db)


def _moved(times: float) -> Callable[[Take, int], Float32]:
    return lambda take, at: fx.moved(take.direct, take.sound - take.direct, SPEECH_RATE_HZ, at, times)


def frames_of(sound: Float32) -> GainFrames:
    """What the monitor has of each frame, from sound at 16 kHz."""
    rate = SPEECH_RATE_HZ
    resampler = Resampler(rate, rate)
    speech = np.concatenate((resampler.process(sound), resampler.flush()))
    meter = FrameMeter(rate).process(sound, Weighting("A", rate).process(sound))
    count = min(len(speech) // SPEECH_FRAME, len(meter.weighted_ms))
    rows = speech[: count * SPEECH_FRAME].reshape(count, SPEECH_FRAME)
    level = 10 * np.log10(np.maximum(meter.weighted_ms[:count], 1e-12))
    whole = np.clip(np.rint(rows * 32768), -32768, 32767).astype(np.int16)
    peak = 20 * np.log10(np.maximum(meter.peak[:count], 1e-6))
    return GainFrames(0, level, peak, band_levels_db(rows), VoiceActivity().process(whole, level, last=True).speech)


def watch(sound: Float32) -> tuple[list[GainFinding], bool, float]:
    """Findings; whether there is a room to be heard in the pauses; CPU seconds of the watch and its bands."""
    frames = frames_of(sound)
    began = time.process_time()
    findings = GainWatch().process(frames)
    spent = time.process_time() - began
    rows = sound[: len(frames) * SPEECH_FRAME].reshape(-1, SPEECH_FRAME)
    began = time.process_time()
    band_levels_db(rows)
    spent += time.process_time() - began
    return findings, float(np.percentile(frames.level_db[~frames.speech], 20)) > SILENT_DB, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="calls only, no added noise")
    parser.add_argument("--part", choices=("fit", "report"), help="only this part")
    options = parser.parse_args()
    chosen = [t for t in takes() if options.part in (None, t.part)]
    if options.quick:
        chosen = [take for take in chosen if take.name.startswith("dev0") or take.name == "dev10"]
    plain = _plain(chosen, noisy=not options.quick)
    rows = _effects(chosen)
    print("\nplain recordings: findings where there should be none\n")
    print(table(["part", "what", "recordings", "flagged", "hours"], [list(row.values())[:5] for row in plain["rows"]]))
    for line in plain["flagged"]:
        print("  ", line)
    print("\neffects: found as what they are / flagged at all / recordings where the room is heard; median s\n")
    head = ["effect", "fit", "after s", "report", "after s "]
    print(table(head, _grid(rows)))
    for row in rows:
        print("  ", row["part"], row["effect"], "missed:", *row["missed"], "| other:", *row["other"])
    print(f"\nCPU {plain['cpu_s_per_hour']:.1f} s an hour of audio")
    if not options.quick and options.part is None:
        print(f"written to {write('agc', {'plain': plain, 'effects': rows})}")


def _plain(chosen: list[Take], *, noisy: bool) -> dict[str, Any]:
    noises = sorted((SPEECH / "noise").glob("*.flac"))
    tally: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    flagged: list[str] = []
    cpu = hours = 0.0
    for index, take in enumerate(chosen):
        for what, noise, sound in _variants(take, index, noises, noisy=noisy):
            findings, _, spent = watch(sound)
            length = len(sound) / SPEECH_RATE_HZ / 3600
            cpu, hours = cpu + spent, hours + length
            row = tally[take.part, what]
            row[0], row[1], row[2] = row[0] + 1, row[1] + bool(findings), row[2] + length
            flagged += [f"{take.name} {noise}: {f.kind} {f.size_db:+.1f} dB at {f.frame / 100:.1f} s" for f in findings]
    rows = [
        {"part": p, "what": w, "recordings": int(n), "flagged": int(k), "hours": h}
        for (p, w), (n, k, h) in sorted(tally.items())
    ]
    return {"rows": rows, "flagged": flagged, "cpu_s_per_hour": cpu / hours}


def _variants(take: Take, index: int, noises: list[Path], *, noisy: bool) -> Iterator[tuple[str, str, Float32]]:
    """What it is, the noise's name, the sound; each part has noises of its own."""
    if len(take.sound) < SHORT_S * SPEECH_RATE_HZ:
        yield "one sentence", "", take.sound
        return
    yield "plain", "", take.sound
    own = noises[take.part == "report" :: 2]
    for k in range(NOISES_EACH if noisy else 0):
        path = own[(index * NOISES_EACH + k) % len(own)]
        yield f"noise at {SNR_DB:.0f} dB", path.stem, fx.with_noise(take.sound, read(path), SPEECH_RATE_HZ, SNR_DB)


def _effects(chosen: list[Take]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    heard = (take for take in chosen if take.layable)
    parts: dict[str, list[Take]] = defaultdict(list)
    for take in heard:
        if len(parts[take.part]) < MOST_TAKES and watch(take.sound)[1]:
            parts[take.part].append(take)
    usable = [take for part in parts.values() for take in part]
    for scenario in scenarios():
        for take in usable:
            if GainKind.MOVED in scenario.kinds and take.direct is take.sound:
                continue
            chance = random.Random(f"{scenario.name} {take.name}")
            at = round(chance.uniform(0.35, 0.55) * len(take.sound))
            findings, _, _ = watch(scenario.make(take, at))
            since = at / SPEECH_RATE_HZ if scenario.sudden else 0.0
            row = rows.setdefault(
                (scenario.name, take.part),
                {
                    "effect": scenario.name,
                    "part": take.part,
                    "recordings": 0,
                    "found": 0,
                    "flagged": 0,
                    "other": [],
                    "missed": [],
                    "after_s": [],
                },
            )
            hits = [f for f in findings if f.kind in scenario.kinds and f.frame / 100 >= since]
            row["recordings"] += 1
            row["found"] += bool(hits)
            row["flagged"] += bool(findings)
            row["missed"] += [] if hits else [take.name]
            row["other"] += [f"{take.name}: {f.kind}" for f in findings if f.kind not in scenario.kinds]
            row["after_s"] += [round(hits[0].frame / 100 - since, 2)] if hits else []
    return list(rows.values())


def _grid(rows: list[dict[str, Any]]) -> list[list[object]]:
    by: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows:
        by[row["effect"]][row["part"]] = row
    return [[name, *_cells(parts.get("fit")), *_cells(parts.get("report"))] for name, parts in by.items()]


def _cells(row: Mapping[str, Any] | None) -> tuple[object, object]:
    if row is None:
        return None, None
    after = f"{median(row['after_s']):.0f}" if row["after_s"] else None
    return f"{row['found']} / {row['flagged']} / {row['recordings']}", after


if __name__ == "__main__":
    main()
