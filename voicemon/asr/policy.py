"""What is believed of a recogniser (pure): checks before and after, each with a named reason.

Whisper writes fluent text for noise and silence, and sometimes runs in a circle.  Evidence of our own (how much speech
there was, how far above the noise) stands beside the model's confidence, for the model can be sure of nonsense.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from enum import StrEnum
from typing import Final

from voicemon.types import RecognitionJob

MIN_VOICED_S: Final = 0.3
MIN_VOICED_SHARE: Final = 0.3
MIN_OVER_FLOOR_DB: Final = 3.0
"""A voice is understood in noise that is nearly as loud; whether it is one at all is asked before (speech/vad.py)."""
MAX_JOB_S: Final = 29.0
"""Whisper's window is 30 s and needs some silence at its end."""

NO_SPEECH_PROB: Final = 0.55
NO_SPEECH_LOGPROB: Final = -0.75
"""Both must hold, for either alone is met by clear speech.  Set on every second of 37 clips of noise; of the others
none left a text, and none of 73 read sentences was refused.
"""
MIN_AVG_LOGPROB: Final = -1.0
MAX_CHARS_PER_S: Final = 10.0
DENSE_GRACE_CHARS: Final = 4
"""So many characters are always allowed: the voiced time of a very short utterance is measured short."""
SPARSE_CHARS_PER_S: Final = 0.6
SPARSE_MIN_VOICED_S: Final = 2.0
"""Even slow dictation has two characters a second; a word, or one character over and over, for seconds of sound is
noise with a guess at it.  Different characters are counted, digits each time: account numbers are full of zeros.
"""
MAX_COMPRESSION: Final = 2.4
"""Whisper's own limit for length over zlib-compressed length in bytes; loops reach 5 and more."""
COMPRESSION_MIN_CHARS: Final = 20
LOOP_REPEATS: Final = {1: 7, 2: 6, 3: 5}
LOOP_REPEATS_DIGIT: Final = 12
LOOP_REPEATS_LONG: Final = 3
"""A unit of 1, 2, 3 or more characters said so often in a row is a loop.

People do say 对对对, 好好好好好, 谢谢谢谢, 不是不是不是, 没有没有没有, 对不起对不起, eight zeros of an account number;
nobody says a clause of four characters or more three times over without a breath.
"""
TWICE_MIN_CHARS: Final = 3
"""People do say 对对, 谢谢谢谢 and 没有没有; of a doubled clause it is worth asking whether it was heard once."""
DIGITS: Final = frozenset("0123456789零一二三四五六七八九幺")
FOREIGN_SHARE: Final = 0.2
MAX_LATIN_ONLY: Final = 12
"""Letters in a text without any Chinese character: OK, VIP, bye-bye pass; a sentence of English does not."""
BOILERPLATE_VOICED_S: Final = 2.0
BOILERPLATE_SHARE: Final = 0.5
"""A text counts as boilerplate when so much of it is, or any of it where little was voiced."""

BOILERPLATE: Final = re.compile(
    "|".join(
        (
            r"字幕(由|by|志愿者?|製作|制作|组|組|提供|校对|翻译|[：:])+\s*(索兰娅|李宗盛)?",
            r"amara\.?(org)?\s*社[群区區](提供)?",
            r"(请?(您|大家)?不吝)?(点赞|订阅|转发|打赏(支持)?)([\s、，,]*(点赞|订阅|转发|打赏(支持)?))+",
            r"明镜(与|新闻|火拍)(点点)?(栏目)?",
            r"优优独播剧场|yoyo television( series)?( exclusive)?",
            r"(感谢|谢谢)(大家|你们)?的?(观看|收看)",
            r"(作词|作曲|编曲|词曲)[\s:：]*(李宗盛)?",
            r"(我们)?下(期|集)(节目|视频)?再见",
            r"thanks? (you )?for watching|please subscribe",
        )
    ),
    re.IGNORECASE,
)
"""What Whisper writes of its own accord: the credits of the films and shows it was trained on."""


class Rejection(StrEnum):
    """Why a text is not believed, or why none was made."""

    TOO_SHORT = "too_short"
    MOSTLY_SILENCE = "mostly_silence"
    TOO_QUIET = "too_quiet"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    NO_SPEECH = "no_speech"
    LOW_CONFIDENCE = "low_confidence"
    TOO_DENSE = "too_dense"
    TOO_SPARSE = "too_sparse"
    REPETITION = "repetition"
    BOILERPLATE = "boilerplate"
    WRONG_SCRIPT = "wrong_script"
    SHED = "shed"
    """Never recognised: the recogniser was behind or had failed."""


def precheck(job: RecognitionJob) -> Rejection | None:
    """Whether there is enough speech in ``job`` to ask the model at all."""
    duration_s = job.end - job.start
    if job.voiced_s < MIN_VOICED_S:
        return Rejection.TOO_SHORT
    if job.voiced_s < MIN_VOICED_SHARE * duration_s:
        return Rejection.MOSTLY_SILENCE
    if job.level_over_floor_db < MIN_OVER_FLOOR_DB:
        return Rejection.TOO_QUIET
    if duration_s > MAX_JOB_S:
        return Rejection.TOO_LONG
    return None


def check(text: str, voiced_s: float, avg_logprob: float | None, no_speech_prob: float | None) -> Rejection | None:
    """The first check that ``text`` fails, or ``None``; ``voiced_s`` is the speech that it was made from."""
    spoken = spoken_text(text)
    if not spoken:
        return Rejection.EMPTY
    return (
        check_loop(text, voiced_s)
        or _check_boilerplate(text, voiced_s)
        or _check_script(spoken)
        or _check_confidence(avg_logprob, no_speech_prob)
        or (Rejection.TOO_SPARSE if _too_sparse(spoken, voiced_s) else None)
    )


def check_loop(text: str, voiced_s: float) -> Rejection | None:
    """Whether ``text`` runs in a circle, or has more characters than anyone can say in ``voiced_s``."""
    spoken = spoken_text(text)
    if is_loop(spoken) or (len(spoken) >= COMPRESSION_MIN_CHARS and compression_ratio(spoken) > MAX_COMPRESSION):
        return Rejection.REPETITION
    if _syllables(spoken) > DENSE_GRACE_CHARS + MAX_CHARS_PER_S * voiced_s:
        return Rejection.TOO_DENSE
    return None


def says_its_end_twice(text: str) -> bool:
    """Whether ``text`` ends in the same clause twice over."""
    spoken = spoken_text(text)
    lengths = range(TWICE_MIN_CHARS, len(spoken) // 2 + 1)
    return any(spoken[-length:] == spoken[-2 * length : -length] for length in lengths)


def is_loop(spoken: str) -> bool:
    """Whether some unit follows on itself more often than people repeat themselves."""
    for length in range(1, len(spoken) // LOOP_REPEATS_LONG + 1):
        matched = 0
        for i in range(length, len(spoken)):
            is_digit = length == 1 and spoken[i] in DIGITS
            needed = LOOP_REPEATS_DIGIT if is_digit else LOOP_REPEATS.get(length, LOOP_REPEATS_LONG)
            matched = matched + 1 if spoken[i] == spoken[i - length] else 0
            if matched >= length * (needed - 1):
                return True
    return False


def compression_ratio(text: str) -> float:
    """Bytes of ``text`` over its zlib-compressed bytes."""
    data = text.encode("utf-8")
    return len(data) / len(zlib.compress(data))


def spoken_text(text: str) -> str:
    """``text`` without blanks and punctuation."""
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")


def _check_boilerplate(text: str, voiced_s: float) -> Rejection | None:
    """Known phrases of the model's own: alone they are never an agent's words, in longer speech they may be."""
    matched = sum(len(spoken_text(found.group())) for found in BOILERPLATE.finditer(text))
    if matched and (voiced_s < BOILERPLATE_VOICED_S or matched >= BOILERPLATE_SHARE * len(spoken_text(text))):
        return Rejection.BOILERPLATE
    return None


def _check_script(spoken: str) -> Rejection | None:
    kinds = [_script(c) for c in spoken]
    if kinds.count("other") > FOREIGN_SHARE * len(kinds):
        return Rejection.WRONG_SCRIPT
    if "han" not in kinds and kinds.count("latin") > MAX_LATIN_ONLY:
        return Rejection.WRONG_SCRIPT
    return None


def _script(char: str) -> str:
    if char.isdecimal():
        return "digit"
    name = unicodedata.name(char, "")
    return "han" if name.startswith("CJK") else "latin" if "LATIN" in name else "other"


def _check_confidence(avg_logprob: float | None, no_speech_prob: float | None) -> Rejection | None:
    if avg_logprob is None:
        return None
    if no_speech_prob is not None and no_speech_prob > NO_SPEECH_PROB and avg_logprob < NO_SPEECH_LOGPROB:
        return Rejection.NO_SPEECH
    return Rejection.LOW_CONFIDENCE if avg_logprob < MIN_AVG_LOGPROB else None


def _too_sparse(spoken: str, voiced_s: float) -> bool:
    digits = sum(c in DIGITS for c in spoken)
    different = len(set(spoken) - DIGITS) + digits
    return voiced_s >= SPARSE_MIN_VOICED_S and different < SPARSE_CHARS_PER_S * voiced_s


_LATIN_WORD: Final = re.compile(r"[A-Za-zÀ-ÿ]+")


def _syllables(spoken: str) -> float:
    """Roughly how many syllables are in ``spoken``: one a character, a third a Latin letter."""
    letters = sum(len(word) for word in _LATIN_WORD.findall(spoken))
    return len(spoken) - letters + letters / 3
