"""A made-up call for the picture in the README, the benchmark and a look at the screen without any sound."""

from __future__ import annotations

import math
from typing import Final

from voicemon.rules.targets import place
from voicemon.strings import AlertFigures, Language, alert_text
from voicemon.types import (
    AlertLine,
    Band,
    Calibration,
    CalibrationStatus,
    Caption,
    CharTime,
    HealthSnapshot,
    HitStatus,
    LevelSnapshot,
    PhraseHit,
    RateSnapshot,
    Role,
    Severity,
    Snapshot,
    SourceInfo,
    TurnsSnapshot,
)

PICTURE_S: Final = 222.0
"""The moment that the picture shows: three seconds after the forbidden phrase."""

_LEVEL_BAND: Final = Band(65.0, 67.0, 70.0, 73.0, 75.0)
_RATE_BAND: Final = Band(160.0, 180.0, 200.0, 220.0, 240.0)
_BETTER: Final = "对不起,给您添麻烦了,我会如实上报并尽快核实。"
_WORDS: Final = (
    (190.0, "您好，请问有什么可以帮您？"),
    (203.0, "好的，您的订单号是多少？麻烦您说一下。"),
    (211.0, "您好，这边帮您查一下订单，请您稍等。"),
    (216.5, "这不关我的事，您问一下快递吧。"),
)
_STRIP: Final = 240


def sample_snapshot(t: float = PICTURE_S, language: Language = "zh") -> Snapshot:
    """What the screen is given at ``t`` seconds of the made-up call: smooth in ``t``, the same on every machine."""
    level = 71.0 + 3.2 * math.sin(t / 5.0) + 0.8 * math.sin(t * 2.1)
    rate = 208.0 + 34.0 * math.sin(t / 9.0)
    return Snapshot(
        t=t,
        source=SourceInfo("Jabra Evolve2", 48_000, (Role.AGENT, Role.CUSTOMER)),
        level=_level(t, level),
        rate=_rate(t, rate),
        turns=_turns(t),
        captions=tuple(_caption(i, start, words) for i, (start, words) in enumerate(_WORDS) if start <= t),
        alerts=tuple(alert for alert in _alerts(language) if alert.t <= t),
        counts={"forbidden_phrase": 1, "dead_air": 1, "too_fast": 2},
        health=HealthSnapshot(asr="ready", asr_name="base", asr_lag_s=0.4),
        marks=(120.0,),
    )


def _level(t: float, level: float) -> LevelSnapshot:
    now = level + 4.5 * math.sin(t * 11.0) - 1.0
    seconds = [int(t) - k for k in range(30, 0, -1)]
    history = tuple(None if s % 7 == 0 else 71.0 + 5.0 * math.sin(s / 3.0) for s in seconds)
    calibration = Calibration(CalibrationStatus.CALIBRATED, 112.4, 1.8)
    return LevelSnapshot(calibration, 70.0, _LEVEL_BAND, now, level, 71.9, place(level, _LEVEL_BAND), history)


def _rate(t: float, rate: float) -> RateSnapshot:
    history = tuple(208.0 + 40.0 * math.sin((int(t) - k) / 9.0) for k in range(30, 0, -1))
    return RateSnapshot(_RATE_BAND, rate, rate * 1.14, 203.0, "nuclei", place(rate, _RATE_BAND), history)


def _speaks(t: float) -> tuple[bool, bool]:
    phase = t % 12.0
    return phase < 5.2 and phase % 1.7 > 0.25, 6.5 < phase < 10.0 and phase % 1.3 > 0.25


def _turns(t: float) -> TurnsSnapshot:
    quarters = int(t * 4)
    strip = [_speaks(k / 4) for k in range(quarters - _STRIP, quarters)]
    silent = next((k for k, (agent, customer) in enumerate(reversed(strip)) if agent or customer), 0)
    agent, customer = _speaks(t)
    return TurnsSnapshot(
        agent_speaking=agent,
        customer_speaking=customer,
        silence_s=0.0 if agent or customer else silent / 4,
        silence_limit_s=5.0,
        holding=False,
        agent_strip=tuple(a for a, _ in strip),
        customer_strip=tuple(c for _, c in strip),
        agent_talk_s=t * 0.43,
        customer_talk_s=t * 0.27,
    )


def _caption(index: int, start: float, words: str) -> Caption:
    step = 0.28
    spoken = [char for char in words if char.isalnum()]
    chars = tuple(CharTime(char, start + i * step, start + (i + 1) * step) for i, char in enumerate(spoken))
    hits: tuple[PhraseHit, ...] = ()
    if words.startswith("这不关"):
        hit = PhraseHit(
            id="f12",
            phrase="这不关我的事",
            category="shirking",
            severity="critical",
            start=start,
            end=start + 6 * step,
            heard="这不管我的事",
            score=0.96,
            status=HitStatus.CONFIRMED,
            better=_BETTER,
        )
        hits = (hit,)
    return Caption(index, start, chars[-1].end, words, chars, final=True, hits=hits)


def _alerts(language: Language) -> tuple[AlertLine, ...]:
    figures = (
        (96.0, "too_fast", Severity.WARN, AlertFigures(rate_cpm=281.0, target_cpm=200.0)),
        (170.0, "dead_air", Severity.WARN, AlertFigures(seconds=6.1)),
        (219.0, "forbidden_phrase", Severity.CRITICAL, AlertFigures(phrase="这不关我的事", better=_BETTER)),
        (240.0, "too_loud", Severity.WARN, AlertFigures(level_db=75.6, target_db=70.0, deviation_db=5.6)),
    )
    return tuple(
        AlertLine(t, rule, severity, t - 1.0, t, *alert_text(rule, language, said))
        for t, rule, severity, said in figures
    )
