"""The readings once a second: level and rate of each channel, and their bands."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from voicemon.events import LevelEvent, RateEvent
from voicemon.measured import Spoken
from voicemon.output import Output
from voicemon.peaks import CallPeaks
from voicemon.rules.delivery import Finding
from voicemon.rules.targets import BandJudge, level_band, place, rate_band
from voicemon.settings import Settings
from voicemon.speech.rate import RateMeter, RateReading
from voicemon.strings import AlertFigures
from voicemon.types import (
    FRAMES_PER_S,
    BandState,
    Calibration,
    CalibrationStatus,
    Role,
    Transcript,
)
from voicemon.voice import Voice

SETTLE_FRAMES: Final = 25
"""A second's figures are given a little later, when short gaps in its speech have been decided upon."""

SYLLABLES_LAG_FRAMES: Final = 35
"""Rates are given this long after the frames they rest on: the nuclei's latency, and a pause decided upon."""

CLIPPED_FRAMES: Final = 3
CLIPPING_REPEAT_S: Final = 10.0
HISTORY_S: Final = 40
MOST_SHIFT_DB: Final = 12.0
"""Two steps of vocal effort (ISO 9921: relaxed, normal, raised, loud … lie 6 dB apart): nobody asks for more."""

SHORTEST_SPEECH_S: Final = 0.3
"""A second with less speech than this has no level of speech to draw."""


class Gauges:
    """Level and rate readings of all channels; judged for the agent."""

    def __init__(self, settings: Settings, voices: Mapping[Role, Voice], output: Output) -> None:
        self._settings = settings
        self._voices = voices
        self._out = output
        self.calibration = calibration_of(settings)
        self.target_db = settings.target_level_db
        offset = self.calibration.offset_db
        self.level_band = None if offset is None else level_band(settings.level, self.target_db)
        self.level_judge = None if self.level_band is None else BandJudge(self.level_band)
        self.rate_judge = BandJudge(rate_band(settings.rate))
        self.rates = {role: RateMeter(settings.rate.window_s, settings.rate.pause_limit_s) for role in voices}
        self.reading: RateReading | None = None
        """The agent's last rate reading."""
        self.level_history: deque[float | None] = deque(maxlen=HISTORY_S)
        self.rate_history: deque[float | None] = deque(maxlen=HISTORY_S)
        self.peaks: CallPeaks | None = None
        """Where the sound itself is at hand."""
        self.clipped = False
        self._clipping_told = -CLIPPING_REPEAT_S
        self._levelled = self._rated = output.frame
        self._spoken = False
        """Somebody spoke in the last second."""

    def spl(self, dbfs: float | None, role: Role = Role.AGENT) -> float | None:
        """A level in dBFS(A) in the unit of its channel: the calibration is the agent's headset's."""
        offset = self.calibration.offset_db if role is Role.AGENT else None
        return dbfs if dbfs is None or offset is None else dbfs + offset

    def unit(self, role: Role) -> str:
        """The unit of a channel's levels."""
        return self.calibration.unit if role is Role.AGENT else Calibration().unit

    def spoke(self, frames: int) -> None:
        """The agent spoke for ``frames`` more: judge the moving level."""
        if self.level_judge is None:
            return
        level = self.spl(self._voices[Role.AGENT].moving_db)
        if level is not None:
            self.level_judge.update(level, frames)

    def shift(self, shift_db: float) -> float:
        """Put the level target ``shift_db`` off the settings', within limits; gives by how much it is off now."""
        shift_db = min(max(shift_db, -MOST_SHIFT_DB), MOST_SHIFT_DB)
        self.target_db = self._settings.target_level_db + shift_db
        if self.level_judge is not None:
            self.level_band = level_band(self._settings.level, self.target_db)
            self.level_judge.move(self.level_band)
        return shift_db

    @property
    def aimed_db(self) -> float:
        """The level target of the call so far: the mean of those in force while the agent spoke."""
        totals = self._voices[Role.AGENT].totals
        return totals.aimed_db_s / totals.judged_s if totals.judged_s else self.target_db

    def judge(self, spoken: Spoken) -> None:
        """Count the agent's utterance as in or out of the green band."""
        level = self.spl(spoken.active_db)
        if self.level_band is None or level is None:
            return
        totals = self._voices[Role.AGENT].totals
        totals.judged_s += spoken.active_s
        totals.aimed_db_s += self.target_db * spoken.active_s
        if place(level, self.level_band) is BandState.IN_BAND:
            totals.in_band_s += spoken.active_s

    def heard(self, transcript: Transcript, syllables: Sequence[int]) -> None:
        """The agent's words are known for an utterance: rates rest on them there."""
        self.feed(self._out.frame - SYLLABLES_LAG_FRAMES)
        self.rates[Role.AGENT].add_text(transcript.chars, transcript.start, transcript.end, syllables)

    def step(self, frame: int) -> None:
        """Frame ``frame`` is over."""
        if (frame + 1 - SETTLE_FRAMES) % FRAMES_PER_S == 0 and frame + 1 - SETTLE_FRAMES > self._levelled:
            self._level_second(frame + 1 - SETTLE_FRAMES)
        if (frame + 1) % FRAMES_PER_S == 0:
            self._rate_second(frame + 1 - SYLLABLES_LAG_FRAMES)

    def restart(self, frame: int) -> None:
        """Frames up to ``frame`` were lost: neither level nor rate covers them."""
        self._rated = self._levelled = frame

    def forget_before(self, frame: int) -> None:
        """The call began at ``frame``: the level of all its sound does not count what lies before."""
        for voice in self._voices.values():
            voice.forget_before(frame, self._levelled)
        if self.peaks is not None:
            self.peaks.forget_before(frame)

    def close(self, frame: int, *, trailing: bool = True, more: bool = False) -> None:
        """The sound ends before ``frame``: give what is still held back, as far as it is known while ``more`` comes.

        Without ``trailing`` the silence at the end is left out of the call's level.
        """
        while self._levelled < frame:
            self._level_second(min(frame, (self._levelled // FRAMES_PER_S + 1) * FRAMES_PER_S))
        self.feed(frame - SYLLABLES_LAG_FRAMES if more else frame)
        if not trailing:
            for voice in self._voices.values():
                voice.forget_trailing()
            if self.peaks is not None:
                self.peaks.forget_trailing()

    def feed(self, upto: int) -> None:
        """Give the rate meters the frames before ``upto``, whose syllables and pauses are settled."""
        if upto <= self._rated:
            return
        for role, meter in self.rates.items():
            speech, syllables = self._voices[role].rate_frames(self._rated, upto)
            meter.add_frames(self._rated, np.asarray(speech, np.bool_), np.asarray(syllables))
        self._rated = upto

    def _level_second(self, end: int) -> None:
        if end <= self._levelled:
            return
        start, self._levelled = self._levelled, end
        seconds = {role: voice.second(start, end) for role, voice in self._voices.items()}
        before, self._spoken = self._spoken, any(s is not None and s.speech_s for s in seconds.values())
        if before or self._spoken:
            for voice in self._voices.values():
                voice.settle()
        if self.peaks is not None:
            self.peaks.second(start, end, spoken=before or self._spoken)
        for role, second in seconds.items():
            if second is None:
                continue
            clipped = second.clipped_frames >= CLIPPED_FRAMES
            event = LevelEvent(
                t=self._out.now,
                channel=role,
                start=second.start / FRAMES_PER_S,
                end=second.end / FRAMES_PER_S,
                laeq_db=self.spl(second.laeq_db, role),
                lafmax_db=self.spl(second.lafmax_db, role),
                lasmax_db=self.spl(second.lasmax_db, role),
                speech_s=second.speech_s,
                unit=self.unit(role),
                clipped=clipped,
            )
            self._out.emit(event)
            if role is Role.AGENT:
                self.level_history.append(event.laeq_db if second.speech_s >= SHORTEST_SPEECH_S else None)
                self.clipped = clipped
                if clipped:
                    self._clipping(event, second.clipped_frames)

    def _clipping(self, event: LevelEvent, frames: int) -> None:
        if self._out.now - self._clipping_told >= CLIPPING_REPEAT_S:
            self._clipping_told = self._out.now
            evidence = {"clipped_s": frames / FRAMES_PER_S}
            self._out.alert(Finding("clipping", event.start, event.end, AlertFigures(), evidence))

    def _rate_second(self, upto: int) -> None:
        self.feed(upto)
        for role, meter in self.rates.items():
            reading = meter.reading(self._rated)
            if role is Role.AGENT:
                self.reading = reading
                self.rate_history.append(reading.speech_rate_cpm)
                if reading.speech_rate_cpm is not None:
                    self.rate_judge.update(reading.speech_rate_cpm, FRAMES_PER_S)
            if reading.speech_rate_cpm is not None and reading.basis is not None:
                self._out.emit(
                    RateEvent(
                        t=self._out.now,
                        channel=role,
                        window_s=reading.window_s,
                        speech_rate_cpm=reading.speech_rate_cpm,
                        articulation_rate_cpm=reading.articulation_rate_cpm,
                        basis=reading.basis,
                    )
                )


def calibration_of(settings: Settings) -> Calibration:
    """The calibration that the settings give: an offset that is known or estimated, or none."""
    level = settings.level
    if level.calibration_offset_db is None:
        return Calibration()
    status = CalibrationStatus.ESTIMATED if level.calibration_estimated else CalibrationStatus.CALIBRATED
    offset_db, uncertainty_db = level.calibration_offset_db, level.calibration_uncertainty_db
    return Calibration(status, offset_db, uncertainty_db, level.reference_distance_m)
