"""The gain watch on the agent's channel: fed once a second of the sound, so that its spectra come cheap."""

from __future__ import annotations

from typing import Final

import numpy as np

from voicemon.channel import Features
from voicemon.hearing import Hearing, part
from voicemon.rules.delivery import Finding
from voicemon.speech.gain import GainFinding, GainKind, GainWatch
from voicemon.speech.gain.frames import GainFrames, band_levels_db
from voicemon.strings import AlertFigures
from voicemon.types import FRAMES_PER_S, SPEECH_FRAME, Bool, Role

COMPARED: Final = frozenset({GainKind.GATE, GainKind.LIMITER})
"""Kinds under which earlier levels and later ones may still be compared: they were there all the time."""

UNSURE: Final = frozenset({GainKind.GATE})
"""Not told: found in one plain recording in fifty, and oftener where dogs bark and clocks tick (``bench.agc``)."""

SIZED: Final = frozenset({GainKind.STEP, GainKind.MOVED})
"""What levels differ by is told of these; the others are told by name."""

AUTOMATIC: Final = frozenset({GainKind.SLOW_AGC, GainKind.FAST_AGC})

SMALLEST_PEAK: Final = 1e-6


class GainFeed:
    """Goes on from call to call, as the gain does."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._watch = GainWatch()
        self._held: list[tuple[Features, Bool]] = []
        self.changes = 0
        """How often a change was found so far."""
        self.changed_s = 0.0
        """When the last one that was found began."""

    @property
    def automatic(self) -> bool:
        """The gain changes by itself: no two levels can be compared."""
        return self._watch.suspect in AUTOMATIC

    @property
    def suspect(self) -> bool:
        """The level is not to be trusted: the gain or the distance has changed, or the gain changes by itself."""
        return self._watch.suspect not in {None, *UNSURE}

    def load(self, features: Features, speech: Bool) -> None:
        """The next frames of the agent, with what counts as the agent's speech."""
        if len(features):
            self._held.append((features, speech))

    def step(self, frame: int) -> list[Finding]:
        """A second ends with ``frame``: what is found in the frames up to it."""
        if (frame + 1) % FRAMES_PER_S or not self._held:
            return []
        first = self._held[0][0].first
        count = frame + 1 - first
        level_db = np.concatenate([features.level_db for features, _ in self._held])
        peak = np.concatenate([features.peak for features, _ in self._held])
        speech = np.concatenate([flags for _, flags in self._held])
        self._keep(count)
        begun, samples = self._hearing.history(Role.AGENT, first * SPEECH_FRAME, (frame + 1) * SPEECH_FRAME)
        if begun != first * SPEECH_FRAME or len(samples) != count * SPEECH_FRAME:
            return []
        frames = GainFrames(
            first,
            level_db[:count],
            20 * np.log10(np.maximum(peak[:count], SMALLEST_PEAK)),
            band_levels_db(samples.reshape(count, SPEECH_FRAME)),
            speech[:count],
        )
        findings = [found for found in self._watch.process(frames) if found.kind not in UNSURE]
        for found in findings:
            if found.kind not in COMPARED:
                self.changes, self.changed_s = self.changes + 1, found.since / FRAMES_PER_S
        return [_finding(found) for found in findings]

    def reset(self) -> None:
        """Sound was lost."""
        self._held.clear()
        self._watch.reset()

    def _keep(self, count: int) -> None:
        """Drop the first ``count`` frames."""
        while self._held and count >= len(self._held[0][0]):
            count -= len(self._held.pop(0)[0])
        if count:
            features, flags = self._held[0]
            self._held[0] = (part(features, count, len(features)), flags[count:])


def _finding(found: GainFinding) -> Finding:
    sized = found.kind in SIZED
    figures = AlertFigures(deviation_db=found.size_db) if sized else AlertFigures(detail=found.kind.value)
    evidence = {"kind": found.kind.value, "size_db": round(found.size_db, 2), "confidence": round(found.confidence, 2)}
    since, known = found.since / FRAMES_PER_S, found.frame / FRAMES_PER_S
    return Finding(found.kind.rule, since, known, figures, evidence)
