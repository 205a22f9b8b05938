"""What follows from the agent's words: transcript records, phrase hits, service wording, captions for the screen."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Final

from voicemon.events import Event, PhraseEvent, TranscriptEvent
from voicemon.phrases.model import Lexicon
from voicemon.phrases.normalise import spoken_syllables
from voicemon.phrases.searches import searches
from voicemon.rules.alerts import AlertBook
from voicemon.rules.hits import PhraseLedger
from voicemon.rules.service import ServiceRules
from voicemon.strings import AlertFigures
from voicemon.types import Caption, HitStatus, Pass, PhraseHit, Role, Severity, Transcript

CAPTIONS_KEPT: Final = 12
SPOKEN_S: Final = 1.0
"""An utterance of this length, with the sound around it, may have held words even though no text came of it."""


class TextRules:
    """Takes every transcript of the agent, in the order of becoming known."""

    def __init__(self, lexicon: Lexicon, alerts: AlertBook) -> None:
        self._alerts = alerts
        self.ledger = PhraseLedger(lexicon)
        self.service = ServiceRules(lexicon)
        self.captions: deque[Caption] = deque(maxlen=CAPTIONS_KEPT)
        self.characters = 0

    def use(self, lexicon: Lexicon) -> None:
        """From now on hold what is said against ``lexicon``; between two utterances."""
        self.ledger.use(lexicon)
        self.service.use(lexicon)

    def hear(self, transcript: Transcript, now: float) -> list[Event]:
        """Everything that ``transcript`` gives rise to, known at ``now``."""
        final = transcript.kind is Pass.FINAL
        events: list[Event] = [_record(transcript, now)]
        hits = self.ledger.hear(transcript)
        self._caption(transcript, hits)
        for hit in hits:
            events += self._hit(hit, now)
        if final and transcript.rejected is not None and transcript.end - transcript.start > SPOKEN_S:
            self.service.unheard(transcript.end)
        if final and transcript.rejected is None:
            self.characters += len(transcript.chars)
            flagged = [(hit.start, hit.end) for hit in self.ledger.confirmed if hit.end > transcript.start]
            for found in self.service.hear(transcript, flagged):
                events.append(
                    self._alerts.raise_(
                        found.rule,
                        t=now,
                        start=found.start,
                        end=found.end,
                        figures=found.figures,
                        evidence=found.evidence,
                    )
                )
        return events

    def _hit(self, hit: PhraseHit, now: float) -> list[Event]:
        """The hit's record, and the alert that its first appearance raises or its withdrawal takes back."""
        events: list[Event] = [_phrase(hit, now)]
        if hit.status is HitStatus.WITHDRAWN:
            self._alerts.withdraw("forbidden_phrase", hit.start, hit.end, hit.id)
        elif not self._alerts.standing("forbidden_phrase", hit.start, hit.end, hit.id):
            figures = AlertFigures(phrase=hit.phrase, heard=hit.heard, better=hit.better)
            evidence = {"id": hit.id, "heard": hit.heard, "score": hit.score, "status": hit.status}
            evidence |= {"check": hit.check, "probability": hit.probability}
            events.append(
                self._alerts.raise_(
                    "forbidden_phrase",
                    t=now,
                    start=hit.start,
                    end=hit.end,
                    figures=figures,
                    evidence=evidence,
                    severity=Severity(hit.severity),
                    key=hit.id,
                )
            )
        return events

    def _caption(self, transcript: Transcript, hits: list[PhraseHit]) -> None:
        """Show the newest text of each utterance; rejected provisional texts leave the last good one standing."""
        old = next((c for c in self.captions if c.utterance == transcript.utterance), None)
        if transcript.rejected is not None and transcript.kind is not Pass.FINAL:
            return
        kept = [] if old is None else [h for h in old.hits if not any(h.id == n.id for n in hits)]
        new = Caption(
            transcript.utterance,
            transcript.start,
            transcript.end,
            transcript.text,
            transcript.chars,
            transcript.kind is Pass.FINAL,
            transcript.rejected,
            tuple(h for h in [*kept, *hits] if h.status is not HitStatus.WITHDRAWN),
        )
        if old is None:
            self.captions.append(new)
        else:
            self.captions[self.captions.index(old)] = new
        self._mark_earlier(hits, transcript.utterance)

    def _mark_earlier(self, hits: list[PhraseHit], utterance: int) -> None:
        """A phrase that began in an earlier utterance is flagged there too."""
        for index, caption in enumerate(self.captions):
            if caption.utterance == utterance:
                continue
            reaching = [h for h in hits if h.start < caption.end and caption.start < h.end]
            if reaching:
                live = tuple(h for h in reaching if h.status is not HitStatus.WITHDRAWN)
                others = tuple(h for h in caption.hits if not any(h.id == r.id for r in reaching))
                self.captions[index] = replace(caption, hits=others + live)


def prepare(lexicon: Lexicon) -> None:
    """Load what the first text will need, in a thread that has the time: afterwards it is there in milliseconds."""
    searches(lexicon).prepare()


def syllables_of(transcript: Transcript) -> list[int]:
    """Spoken syllables of each of the transcript's characters: a digit or a Latin letter counts as it is said."""
    return [spoken_syllables(c.char) for c in transcript.chars]


def _record(transcript: Transcript, now: float) -> TranscriptEvent:
    return TranscriptEvent(
        t=now,
        channel=Role.AGENT,
        start=transcript.start,
        end=transcript.end,
        text=transcript.text,
        chars=tuple((c.char, c.start, c.end) for c in transcript.chars),
        final=transcript.kind is Pass.FINAL,
        rejected=transcript.rejected,
        utterance=transcript.utterance,
    )


def _phrase(hit: PhraseHit, now: float) -> PhraseEvent:
    return PhraseEvent(
        t=now,
        channel=Role.AGENT,
        id=hit.id,
        phrase=hit.phrase,
        category=hit.category,
        severity=hit.severity,
        start=hit.start,
        end=hit.end,
        heard=hit.heard,
        score=hit.score,
        status=hit.status,
        distance=hit.distance,
        check=hit.check,
        probability=hit.probability,
    )
