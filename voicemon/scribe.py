"""What becomes of an utterance: it is measured, told, judged, and handed to the recogniser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from voicemon.dsp.pitch import f0_summary, f0_track
from voicemon.events import UtteranceEvent
from voicemon.gauges import Gauges
from voicemon.hearing import Hearing
from voicemon.measured import Spoken
from voicemon.output import Output
from voicemon.rules.delivery import DeliveryRules
from voicemon.speech.segmenter import Piece
from voicemon.types import FRAMES_PER_S, SPEECH_FRAME, SPEECH_RATE_HZ, Examine, Pass, RecognitionJob, Role, Transcript
from voicemon.voice import Voice

PRE_ROLL_FRAMES: Final = 20
POST_ROLL_FRAMES: Final = 15
"""The recogniser hears this much around an utterance: soft onsets and releases lie under the gate."""

PITCH_MOST_S: Final = 8.0
"""F0 is taken from this much of an utterance: enough for its range, bounded in cost."""

Submit = Callable[[RecognitionJob], Transcript | None]


class Scribe:
    """Takes the pieces of all voices of one call; ``submit`` may answer at once; ``examine`` goes with each job."""

    def __init__(
        self,
        hearing: Hearing,
        voices: Mapping[Role, Voice],
        gauges: Gauges,
        delivery: DeliveryRules,
        output: Output,
        submit: Submit | None,
        examine: Examine | None = None,
    ) -> None:
        self._hearing = hearing
        self._voices = voices
        self._gauges = gauges
        self._delivery = delivery
        self._out = output
        self._submit = submit
        self._examine = examine
        self.followers: list[Callable[[Role, Spoken], None]] = []
        """Told of every utterance when it is measured."""
        self._begun = output.frame
        self.texts_awaited = 0

    def take(self, role: Role, piece: Piece) -> Transcript | None:
        """An utterance has ended, or is to be looked at while it goes on; gives its text if that is there at once."""
        if piece.kind is Pass.FINAL:
            self._measure(role, piece)
        if role is not Role.AGENT or self._submit is None:
            return None
        self.texts_awaited += piece.kind is Pass.FINAL
        return self._submit(self._job(piece))

    def _measure(self, role: Role, piece: Piece) -> None:
        voice = self._voices[role]
        spoken = voice.measure(piece)
        start, end = piece.start / FRAMES_PER_S, piece.end / FRAMES_PER_S
        f0_median_hz, f0_range_st = self._pitch(piece) if role is Role.AGENT else (None, None)
        voice.note_pitch(f0_range_st, spoken.active_s)
        self._out.emit(
            UtteranceEvent(
                t=self._out.now,
                channel=role,
                start=start,
                end=end,
                laeq_db=self._gauges.spl(spoken.laeq_db, role),
                active_db=self._gauges.spl(spoken.active_db, role),
                active_s=spoken.active_s,
                f0_median_hz=f0_median_hz,
                f0_range_st=f0_range_st,
                lae_db=self._gauges.spl(spoken.lae_db, role),
                unit=self._gauges.unit(role),
                utterance=piece.number,
            )
        )
        for follow in self.followers:
            follow(role, spoken)
        if role is Role.AGENT:
            self._gauges.judge(spoken)
            self._out.alert(self._delivery.level(start, end, spoken.active_db, spoken.active_s))
            if self._submit is None:
                self._out.alert(self._delivery.rate(start, end, voice.syllables(piece.start, piece.end), "nuclei"))

    def _pitch(self, piece: Piece) -> tuple[float | None, float | None]:
        """Median F0 and its range; of the agent alone: a telephone line cuts the customer's fundamental off."""
        most = round(PITCH_MOST_S * SPEECH_RATE_HZ)
        _, samples = self._hearing.history(Role.AGENT, piece.start * SPEECH_FRAME, piece.end * SPEECH_FRAME)
        return f0_summary(f0_track(samples[:most], SPEECH_RATE_HZ))

    def _job(self, piece: Piece) -> RecognitionJob:
        # Where a long utterance was cut, the other side of the cut is another piece's; what was before, another call's.
        first = max(self._begun, piece.start - (0 if piece.cut_before else PRE_ROLL_FRAMES)) * SPEECH_FRAME
        last = min(piece.end + (0 if piece.cut_after else POST_ROLL_FRAMES), self._out.frame) * SPEECH_FRAME
        begun, samples = self._hearing.history(Role.AGENT, first, last)
        return RecognitionJob(
            utterance=piece.number,
            kind=piece.kind,
            samples=samples,
            start=begun / SPEECH_RATE_HZ,
            end=(begun + len(samples)) / SPEECH_RATE_HZ,
            voiced_s=piece.speech_frames / FRAMES_PER_S,
            level_over_floor_db=self._voices[Role.AGENT].over_floor_db(piece),
            voiced=tuple((start / FRAMES_PER_S, end / FRAMES_PER_S) for start, end in piece.spans),
            pausing=piece.pausing,
            examine=self._examine,
        )
