"""What a call's summary says of its words: required lines, words by count and rate, and the habits to work on."""

from __future__ import annotations

from typing import Any, Final

from voicemon.monitor import Monitor
from voicemon.rules.ends import CallEnds
from voicemon.rules.wordcoach import PET_PHRASE, advice, per_minute
from voicemon.strings import AlertFigures, coaching_text
from voicemon.types import Role

SILENT_CALL_S: Final = 15.0
"""A customer who is not heard in a call of this length has not been slow to answer."""


def required(monitor: Monitor) -> tuple[dict[str, Any], ...]:
    """Each required line: said, missing where its scene is known to have arisen, or not observable."""
    text = monitor.text
    if text is None:
        return tuple({"id": line.id, "status": "not_observable", "at": None} for line in monitor.lexicon.required)
    scenes = text.service.scenes
    judged = scenes.judged(monitor.lexicon, text.ledger.confirmed, silent_call=_silent_call(monitor, text.service.ends))
    missing = {line for line, at in judged.items() if at is None}
    missing |= text.service.ends.missing_lines(whole=monitor.whole)
    # A line said elsewhere in the call counts as said, unless the very scene that asks for it shows that it was not.
    said = {**scenes.said, **{line: at for line, at in judged.items() if at is not None}}
    rows = []
    for line in monitor.lexicon.required:
        gone = line.id in missing and (line.id in judged or line.id not in said)
        status = "missing" if gone else "said" if line.id in said else "not_observable"
        rows.append({"id": line.id, "status": status, "at": said[line.id] if status == "said" else None})
    return tuple(rows)


def words(monitor: Monitor) -> dict[str, Any]:
    """Counts, and rates per minute of the agent's speech (``_per_min``)."""
    if monitor.text is None:
        return {}
    service, talk_s = monitor.text.service, monitor.voices[Role.AGENT].totals.talk_s
    counts, usage = service.words, service.usage
    return {
        "limited": {word: uses for word, uses in counts.limited.items() if uses},
        "limited_per_min": per_minute(usage.limited.total(), talk_s),
        "used": {word: uses for word, uses in counts.used.items() if uses},
        "polite": counts.polite,
        "plain": counts.plain,
        "polite_share": counts.polite_share,
        "bare_no": counts.bare_no,
        "bare_no_per_min": per_minute(counts.bare_no, talk_s),
        "fillers_per_min": per_minute(usage.categories[PET_PHRASE], talk_s),
        "patterns": dict(usage.patterns),
        "categories": dict(usage.categories),
    }


def coaching(monitor: Monitor) -> list[str]:
    """What to work on in the wording."""
    text, counts, language = monitor.text, monitor.out.alerts.counts, monitor.language
    if text is None:
        return []
    found = []
    if text.ledger.confirmed:
        hit = text.ledger.confirmed[0]
        figures = AlertFigures(phrase=hit.phrase, count=len(text.ledger.confirmed), better=hit.better)
        found.append(coaching_text("forbidden", language, figures))
    found += [coaching_text(rule, language) for rule in ("missing_greeting", "missing_closing") if counts[rule]]
    talk_s = monitor.voices[Role.AGENT].totals.talk_s
    found += [coaching_text(kind, language, f) for kind, f in advice(text.service.usage, text.service.words, talk_s)]
    return found


def _silent_call(monitor: Monitor, ends: CallEnds) -> bool:
    """The agent spoke, and the customer, whose channel was there all the time, was never heard."""
    heard_out = monitor.talk.two_channels and monitor.whole and not monitor.absence.frames
    return heard_out and ends.began and not monitor.talk.customer_heard and monitor.duration_s >= SILENT_CALL_S
