"""A call as a whole: the summary record, and the few sentences of coaching that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from voicemon import wordsummary
from voicemon.events import SummaryEvent
from voicemon.monitor import Monitor
from voicemon.rules.levelrules import ALERTS as LEVEL_ALERTS
from voicemon.rules.targets import level_band, place
from voicemon.strings import AlertFigures, coaching_text
from voicemon.types import FRAMES_PER_S, BandState, PhraseHit, Role
from voicemon.voice import Voice

COACHING_SENTENCES: Final = 4
"""More than this at once is not taken in."""

SHORTEST_JUDGED_S: Final = 3.0
"""Less speech than this says nothing of a speaker's level or rate."""

FAST_STATES: Final = (BandState.HIGH, BandState.SLIGHTLY_HIGH)
SLOW_STATES: Final = (BandState.LOW, BandState.SLIGHTLY_LOW)


def summarise(monitor: Monitor, cost: Mapping[str, Any], *, degraded: bool) -> SummaryEvent:
    """The last record of ``monitor``'s call; ``cost``: CPU and wall time as the session measured them."""
    talk, text = monitor.talk, monitor.text
    both = talk.two_channels and (monitor.absence.present or not monitor.absence.frames)
    return SummaryEvent(
        t=monitor.now,
        start=monitor.began_s,
        duration_s=monitor.duration_s,
        unit=monitor.gauges.calibration.unit,
        channels={role.value: _channel(monitor, role, voice) for role, voice in monitor.voices.items()},
        dead_air=_dead_air(monitor) if both else None,
        interruptions=talk.interruptions if both else None,
        response_delay_s=_delays(talk.response_delays_s) if both else None,
        phrases=tuple(_hit(hit) for hit in text.ledger.confirmed) if text is not None else None,
        required=wordsummary.required(monitor),
        words=wordsummary.words(monitor),
        protocols=monitor.protocols.records(),
        alerts={rule: count for rule, count in sorted(monitor.out.alerts.counts.items()) if count > 0},
        disputed={rule: count for rule, count in sorted(monitor.out.alerts.disputed.items()) if count > 0},
        lexicons=monitor.lexicon.record,
        customer_absent_s=monitor.customer_absent_s,
        coaching=coaching(monitor),
        degraded=degraded,
        complete=monitor.whole,
        whole_s=monitor.info.duration_s,
        cost={
            "audio_s": monitor.duration_s,
            **cost,
            "asr_cpu_s": monitor.asr_cpu_s,
            "asr_passes": monitor.asr_passes,
        },
    )


def coaching(monitor: Monitor) -> tuple[str, ...]:
    """What to work on, most pressing first; a good word where there is nothing."""
    sentences = [*wordsummary.coaching(monitor), *_on_talk(monitor), *_on_delivery(monitor)][:COACHING_SENTENCES]
    return tuple(sentences or _good(monitor))


def _good(monitor: Monitor) -> list[str]:
    """A good word for what was measured and stood on target; nothing where nothing was judged."""
    gauges, totals = monitor.gauges, monitor.voices[Role.AGENT].totals
    if totals.talk_s < SHORTEST_JUDGED_S or +monitor.out.alerts.counts or not monitor.whole:
        return []
    level, rate = gauges.spl(totals.active.db), gauges.rates[Role.AGENT].call().speech_rate_cpm
    level_good = gauges.level_band is not None and level is not None
    if level_good and rate is not None and monitor.text is not None:
        return [coaching_text("good", monitor.language)]
    if level_good and totals.judged_s:
        percent = 100 * totals.in_band_s / totals.judged_s
        return [coaching_text("good_level", monitor.language, AlertFigures(percent=percent))]
    return [coaching_text("good_rate", monitor.language, AlertFigures(rate_cpm=rate))] if rate is not None else []


def _on_talk(monitor: Monitor) -> list[str]:
    talk, found = monitor.talk, []
    if talk.dead_air:
        longest = max(s.length_s for s in talk.dead_air)
        limit_s = monitor.settings.silence.dead_air_s
        figures = AlertFigures(count=len(talk.dead_air), seconds=longest, limit_s=limit_s)
        found.append(coaching_text("dead_air", monitor.language, figures))
    if talk.interruptions:
        found.append(coaching_text("interruptions", monitor.language, AlertFigures(count=talk.interruptions)))
    return found


def _on_delivery(monitor: Monitor) -> list[str]:
    gauges, voice, found = monitor.gauges, monitor.voices[Role.AGENT], []
    level = gauges.spl(voice.totals.active.db)
    if gauges.level_band is not None and level is not None and voice.totals.talk_s >= SHORTEST_JUDGED_S:
        target = gauges.aimed_db
        state = place(level, level_band(monitor.settings.level, target))
        figures = AlertFigures(level_db=level, deviation_db=level - target, target_db=target)
        if state in FAST_STATES:
            found.append(coaching_text("level_high", monitor.language, figures))
        elif state in SLOW_STATES:
            found.append(coaching_text("level_low", monitor.language, figures))
    found += [coaching_text(rule, monitor.language) for rule in LEVEL_ALERTS if monitor.out.alerts.counts[rule]]
    rate = gauges.rates[Role.AGENT].call().speech_rate_cpm
    if rate is not None:
        state = place(rate, gauges.rate_judge.band)
        figures = AlertFigures(rate_cpm=rate, target_cpm=gauges.rate_judge.band.target)
        if state in FAST_STATES:
            found.append(coaching_text("rate_fast", monitor.language, figures))
        elif state in SLOW_STATES:
            found.append(coaching_text("rate_slow", monitor.language, figures))
    return found


def _dead_air(monitor: Monitor) -> tuple[dict[str, float], ...]:
    return tuple({"start": s.start / FRAMES_PER_S, "end": s.end / FRAMES_PER_S} for s in monitor.talk.dead_air)


def _hit(hit: PhraseHit) -> dict[str, Any]:
    names = (
        "id",
        "phrase",
        "category",
        "severity",
        "start",
        "end",
        "heard",
        "score",
        "distance",
        "check",
        "probability",
    )
    return {name: getattr(hit, name) for name in names}


def _channel(monitor: Monitor, role: Role, voice: Voice) -> dict[str, Any]:
    gauges, totals = monitor.gauges, voice.totals
    rate = gauges.rates[role].call()
    level = gauges.spl(totals.active.db, role)
    levels = voice.levels.distribution()
    agent = role is Role.AGENT
    deviation = level - gauges.aimed_db if agent and level is not None and gauges.level_band is not None else None
    target = {"target_db": gauges.aimed_db if gauges.level_band is not None else None} if agent else {}
    return {
        "talk_s": totals.talk_s,
        "active_db": level,
        "laeq_db": gauges.spl(totals.sound.db, role),
        "unit": gauges.unit(role),
        "lasmax_db": gauges.spl(levels.lasmax_db, role),
        "lcpeak_db": gauges.spl(monitor.peaks.level_db(role), role),
        "l10_db": gauges.spl(levels.l10_db, role),
        "l50_db": gauges.spl(levels.l50_db, role),
        "l90_db": gauges.spl(levels.l90_db, role),
        "level_deviation_db": deviation,
        **target,
        "in_band_percent": 100 * totals.in_band_s / totals.judged_s if totals.judged_s else None,
        "speech_rate_cpm": rate.speech_rate_cpm,
        "articulation_rate_cpm": rate.articulation_rate_cpm,
        "rate_basis": rate.basis,
        "characters": monitor.text.characters if agent and monitor.text is not None else None,
        "pauses": totals.pauses,
        "f0_range_st": totals.f0_range_st_s / totals.f0_s if totals.f0_s else None,
    }


def _delays(delays_s: list[float]) -> dict[str, float | None]:
    if not delays_s:
        return {"p50": None, "p95": None}
    p50, p95 = np.percentile(delays_s, [50, 95])
    return {"p50": float(p50), "p95": float(p95)}
