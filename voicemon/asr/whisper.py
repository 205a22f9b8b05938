"""Whisper through CTranslate2, one utterance at a time, in a window cut to the utterance.

One encoder pass a job serves decoding and alignment.  One temperature, no prompt text (it would leak into silence), no
condition on earlier text (it would carry errors on); traditional characters become simplified afterwards.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from voicemon.asr import chartimes, narrow_cache, policy
from voicemon.asr.features import FRAMES_PER_S, HOP, MAX_FRAMES, log_mel, window_frames
from voicemon.asr.forced import ForcedDecoder
from voicemon.asr.models import ModelFolder, locate
from voicemon.asr.recognizer import RecognizerInfo
from voicemon.asr.vocabulary import Vocabulary, read_vocabulary
from voicemon.errors import ModelError
from voicemon.settings import AsrSettings
from voicemon.types import SPEECH_RATE_HZ, Compared, Pass, RecognitionJob, Transcript
from voicemon.usage import return_freed_memory

if TYPE_CHECKING:
    from collections.abc import Sequence

PROVISIONAL_BEAM: Final = 1
PROVISIONAL_PADDING_S: Final = 2.0
"""Silence behind an utterance that is still going on.  More makes the first words of sentences a little surer (8 s: two
points of character error), at twice the cost; phrases were found as well with 2 s.  The loops it brings now and then
are refused, and the final has its own window.
"""
DOUBT_PADDING_S: Final = 6.0
"""Behind a final whose text says itself twice: in a short window the model hears the end again (11 of 406 passes with
2 s of silence, 2 with 3 s; with 6 s none).
"""
FINAL_BEAM: Final = 3
"""On calls and read sentences as accurate as 5, two points of character error below greedy, for 15 % more CPU."""
ATTENTION_LEAD_S: Final = 0.11
"""The decoder's attention moves on to a character this long before it is spoken: median over two voices with known
times, confirmed on two others.
"""
TOKENS_PER_S: Final = 15
SPARE_TOKENS: Final = 16
"""Bound of the decoder: half as many tokens again as the ten characters a second beyond which no text is believed."""
MANY_CORES: Final = 4
WARM_UP_S: Final = 2.0
_FAILURES: Final = (RuntimeError, ValueError, OSError)
"""What loading a folder raises that holds no usable model."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """What the decoder gave for one window; ``encoded`` stays for the alignment."""

    encoded: Any
    tokens: list[int]
    characters: list[tuple[str, int, int]]
    avg_logprob: float
    no_speech_prob: float

    @property
    def text(self) -> str:
        return "".join(c for c, _, _ in self.characters)


class WhisperRecognizer:
    """A Whisper model on the CPU with 8-bit weights.  Not for use by several threads at once."""

    def __init__(
        self,
        model: ModelFolder,
        *,
        threads: int = 0,
        padding_s: float = 3.0,
        language: str = "zh",
        final_beam: int = FINAL_BEAM,
        narrow: bool = True,
    ) -> None:
        """Load ``model``: about a second for base.

        ``threads`` 0 is chosen from the machine; ``padding_s`` is the silence behind each final utterance;
        ``final_beam`` the beam of final passes (provisional ones are greedy); ``narrow`` takes a copy of the model with
        the vocabulary of ``language`` alone, where there is or can be one.
        Raises :class:`ModelError` when the files are no usable model or ``language`` is unknown to it.
        """
        import ctranslate2

        self._ct2 = ctranslate2
        self._padding_s = padding_s
        self._final_beam = final_beam
        self._info = RecognizerInfo(model.name, model.sha256)
        try:
            copy = narrow_cache.narrowed(model.path, model.sha256, language) if narrow else None
            self._model, self._vocabulary = self._open_copy(copy, threads) or self._open(model.path, threads)
        except _FAILURES as error:
            message = f"model {model.path} cannot be loaded: {error}"
            raise ModelError(message, "run voicemon models verify, or give another --model") from error
        self._start = [self._special(s) for s in ("startoftranscript", language, "transcribe")]
        self._prompt = [*self._start, self._special("notimestamps")]
        self._text_limit = self._special("endoftext")
        self._forced = ForcedDecoder(self._model, self._start, self._vocabulary, self._text_limit)
        self._at_pause: tuple[RecognitionJob, Transcript] | None = None

    def _open(self, folder: Path, threads: int) -> tuple[Any, Vocabulary]:
        count = threads or default_threads()
        model = self._ct2.models.Whisper(str(folder), device="cpu", compute_type="int8", intra_threads=count)
        return model, read_vocabulary(folder / "tokenizer.json")

    def _open_copy(self, copy: Path | None, threads: int) -> tuple[Any, Vocabulary] | None:
        """The narrowed model; ``None`` where there is none or it cannot be loaded: a cache is never in the way."""
        try:
            return self._open(copy, threads) if copy is not None else None
        except _FAILURES as error:
            _log.warning("the whole model is used, for its narrowed copy cannot be loaded: %s", error)
            return None

    @classmethod
    def from_settings(cls, settings: AsrSettings) -> WhisperRecognizer:
        """Locate, load and warm up the model of the settings.  Raises :class:`ModelError`."""
        recognizer = cls(locate(settings.model), threads=settings.threads, padding_s=settings.padding_s)
        recognizer.warm_up()
        # Loading took a third of the process's memory, for the moment.
        return_freed_memory()
        return recognizer

    @property
    def info(self) -> RecognizerInfo:
        return self._info

    def warm_up(self) -> None:
        """Run one short job, so that the first real one finds its buffers allocated."""
        noise = np.random.default_rng(0).standard_normal(int(WARM_UP_S * SPEECH_RATE_HZ)).astype(np.float32)
        self._decode_provisional(RecognitionJob(0, Pass.PROVISIONAL, 0.01 * noise, 0.0, WARM_UP_S, WARM_UP_S, np.inf))

    def recognize(self, job: RecognitionJob) -> Transcript:
        """The text of ``job``; rejected with a reason, without running the model, when it holds too little speech.

        A final whose text says its end twice is tried once more with more silence behind it, and one that runs in a
        circle in the full 30 s window.  At a pause the pass is as
        careful as a final one, and when the utterance ends there its text is the final one, for nothing.  ``cpu_s`` is
        the CPU time of the whole process during the call: the model's own threads are in it, and so is whatever else
        ran meanwhile.
        """
        begun = time.process_time()
        reason = policy.precheck(job)
        if reason is not None:
            return _transcript(job, begun, rejected=reason)
        known = self._at_pause
        if job.kind is Pass.FINAL and known is not None and _same_sound(known[0], job):
            return replace(known[1], kind=Pass.FINAL, cpu_s=time.process_time() - begun)
        careful = job.kind is Pass.FINAL or job.pausing
        transcript = self._transcribe(job, self._decode_final(job) if careful else self._decode_provisional(job), begun)
        self._at_pause = (job, transcript) if job.pausing else None
        return transcript

    def score(self, texts: Sequence[str]) -> list[Compared]:
        """See :class:`~voicemon.asr.checked.Scoring`."""
        return self._forced.score(texts)

    def _transcribe(self, job: RecognitionJob, found: _Hypothesis, begun: float) -> Transcript:
        text = chartimes.to_simplified(found.text)
        return Transcript(
            job.utterance,
            job.kind,
            job.start,
            job.end,
            text.strip(),
            chartimes.place(text, self._spans(job, found), (job.start, job.end), job.voiced),
            found.avg_logprob,
            found.no_speech_prob,
            policy.check(text, job.voiced_s, found.avg_logprob, found.no_speech_prob),
            time.process_time() - begun,
            settled=job.pausing or job.kind is Pass.FINAL,
        )

    def close(self) -> None:
        """Free the model's memory."""
        self._model.unload_model()

    def _special(self, name: str) -> int:
        found = self._vocabulary.specials.get(f"<|{name}|>")
        if found is None:
            raise ModelError(f"model {self._info.name} does not know <|{name}|>", "use a multilingual Whisper model")
        return found

    def _decode_final(self, job: RecognitionJob) -> _Hypothesis:
        frames = window_frames(len(job.samples), self._padding_s)
        found = self._decode(job, frames, self._final_beam)
        wider = window_frames(len(job.samples), DOUBT_PADDING_S)
        if frames < wider and policy.says_its_end_twice(found.text):
            frames, found = wider, self._decode(job, wider, self._final_beam)
        if frames < MAX_FRAMES and policy.check_loop(found.text, job.voiced_s) is not None:
            return self._decode(job, MAX_FRAMES, self._final_beam)
        return found

    def _decode_provisional(self, job: RecognitionJob) -> _Hypothesis:
        padding_s = min(self._padding_s, PROVISIONAL_PADDING_S)
        return self._decode(job, window_frames(len(job.samples), padding_s), PROVISIONAL_BEAM)

    def _decode(self, job: RecognitionJob, n_frames: int, beam: int) -> _Hypothesis:
        features = log_mel(job.samples, n_frames, self._model.n_mels)
        encoded = self._model.encode(self._ct2.StorageView.from_array(features))
        result = self._model.generate(
            encoded,
            [self._prompt],
            beam_size=beam,
            max_length=len(self._prompt) + SPARE_TOKENS + int(TOKENS_PER_S * job.voiced_s),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = [t for t in result.sequences_ids[0] if t < self._text_limit]
        length = len(result.sequences_ids[0])
        # The score is a mean over the tokens; the end of text belongs to the sentence too.
        avg_logprob = result.scores[0] * length / (length + 1)
        characters = chartimes.decode(b"".join(self._vocabulary.bytes[t] for t in tokens))
        return _Hypothesis(encoded, tokens, characters, avg_logprob, result.no_speech_prob)

    def _spans(self, job: RecognitionJob, found: _Hypothesis) -> list[chartimes.Span]:
        """When each character was spoken, by the decoder's cross-attention (dynamic time warping over the tokens)."""
        if not found.characters:
            return []
        n_frames = min(MAX_FRAMES, -(-len(job.samples) // HOP))
        aligned = self._model.align(found.encoded, self._start, [found.tokens], n_frames)[0]
        self._forced.hold(found.encoded, found.tokens, found.characters, n_frames, aligned.text_token_probs)
        bounds = chartimes.token_bounds(aligned.alignments, len(found.tokens), n_frames / FRAMES_PER_S)
        byte_ends = list(accumulate(len(self._vocabulary.bytes[t]) for t in found.tokens))
        return chartimes.spread(found.characters, byte_ends, [job.start + ATTENTION_LEAD_S + b for b in bounds])


def _same_sound(a: RecognitionJob, b: RecognitionJob) -> bool:
    """The two jobs hold the same samples of the same utterance."""
    return (a.utterance, a.start, a.voiced) == (b.utterance, b.start, b.voiced) and np.array_equal(a.samples, b.samples)


def default_threads() -> int:
    """Threads for the model: one core is left to capture and meters, and beyond two threads little is gained."""
    return 2 if (os.cpu_count() or 1) >= MANY_CORES else 1


def _transcript(job: RecognitionJob, begun: float, rejected: str) -> Transcript:
    cpu_s = time.process_time() - begun
    return Transcript(job.utterance, job.kind, job.start, job.end, "", (), rejected=rejected, cpu_s=cpu_s, heard=False)
