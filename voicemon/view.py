"""A monitor's state as the one value that the screen draws."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from voicemon.energy import to_db
from voicemon.monitor import Monitor
from voicemon.types import (
    Caption,
    CharTime,
    HealthSnapshot,
    LevelSnapshot,
    RateSnapshot,
    Role,
    Snapshot,
    TurnsSnapshot,
)
from voicemon.voice import Voice


def snapshot(monitor: Monitor, health: HealthSnapshot) -> Snapshot:
    """Everything there is to see of ``monitor`` now."""
    text = monitor.text
    return Snapshot(
        t=monitor.now,
        source=monitor.info,
        level=_level(monitor),
        rate=_rate(monitor),
        turns=_turns(monitor),
        captions=tuple(text.captions) if text is not None else (),
        alerts=tuple(monitor.out.alerts.lines),
        counts=dict(+Counter(monitor.out.alerts.counts)),
        health=health,
        marks=tuple(monitor.marks),
    )


def _level(monitor: Monitor) -> LevelSnapshot:
    gauges, voice = monitor.gauges, monitor.voices[Role.AGENT]
    fast = monitor.fast_ms.get(Role.AGENT, 0.0)
    return LevelSnapshot(
        calibration=gauges.calibration,
        target_db=gauges.target_db if gauges.level_band is not None else None,
        target_shift_db=monitor.target_shift_db,
        suspect=monitor.gain.suspect,
        band=gauges.level_band,
        now_db=gauges.spl(to_db(fast)),
        utterance_db=gauges.spl(voice.utterance.db),
        call_db=gauges.spl(voice.totals.active.db),
        state=gauges.level_judge.state if gauges.level_judge is not None else None,
        history=tuple(gauges.level_history),
        clipped=gauges.clipped,
    )


def _rate(monitor: Monitor) -> RateSnapshot:
    gauges = monitor.gauges
    reading, call = gauges.reading, gauges.rates[Role.AGENT].call()
    return RateSnapshot(
        band=gauges.rate_judge.band,
        now_cpm=reading.speech_rate_cpm if reading is not None else None,
        articulation_cpm=reading.articulation_rate_cpm if reading is not None else None,
        call_cpm=call.speech_rate_cpm,
        basis=reading.basis if reading is not None else None,
        state=gauges.rate_judge.state,
        history=tuple(gauges.rate_history),
    )


def _turns(monitor: Monitor) -> TurnsSnapshot:
    agent, customer = monitor.voices[Role.AGENT], monitor.voices.get(Role.CUSTOMER)
    strip = monitor.strips.get(Role.CUSTOMER)
    return TurnsSnapshot(
        agent_speaking=agent.speaking,
        customer_speaking=None if customer is None or monitor.absence.away else customer.speaking,
        silence_s=monitor.talk.silence_s,
        silence_limit_s=monitor.settings.silence.dead_air_s,
        holding=monitor.text is not None and monitor.text.service.holding,
        agent_strip=tuple(monitor.strips[Role.AGENT]),
        customer_strip=None if strip is None else tuple(strip),
        agent_talk_s=_talk_s(agent),
        customer_talk_s=None if customer is None else _talk_s(customer),
    )


def _talk_s(voice: Voice) -> float:
    return voice.totals.talk_s


def in_call(shown: Snapshot, began_s: float) -> Snapshot:
    """``shown`` with times that count from the call's beginning, as a person at the screen does."""
    if began_s == 0:
        return shown
    return replace(
        shown,
        t=shown.t - began_s,
        captions=tuple(_caption(caption, began_s) for caption in shown.captions),
        alerts=tuple(replace(a, t=a.t - began_s, start=a.start - began_s, end=a.end - began_s) for a in shown.alerts),
        marks=tuple(mark - began_s for mark in shown.marks),
    )


def _caption(caption: Caption, began_s: float) -> Caption:
    return replace(
        caption,
        start=caption.start - began_s,
        end=caption.end - began_s,
        chars=tuple(CharTime(c.char, c.start - began_s, c.end - began_s) for c in caption.chars),
        hits=tuple(replace(hit, start=hit.start - began_s, end=hit.end - began_s) for hit in caption.hits),
    )
