"""Why a phrase was missed, and what stood where an alarm was false: for whoever improves the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bench.peers.scoring import Alarm, touch
from bench.peers.systems import Run
from bench.phrases.conditions import SNR_DB
from bench.phrases.figures import Outcome, Scored
from bench.phrases.material import Line
from bench.phrases.mixing import clip_at
from voicemon.phrases.explain import BEYOND, MATCH, explain
from voicemon.phrases.spotter import Spotter
from voicemon.types import CharTime

AROUND_S: Final = 1.0
"""So far around a phrase its words are looked for."""

Record = dict[str, Any]


def misses(scored: Scored, run: Run, alarms: Sequence[Alarm], lines: Sequence[Line], spotter: Spotter) -> list[Record]:
    """Each missed phrase with what was said, what was heard and why it raised no alarm that stands."""
    where = {"set": scored.set, "part": scored.part, "condition": scored.condition, "recording": scored.recording}
    return [
        {
            **where,
            "id": o.said.id,
            "start": o.said.start,
            "end": o.said.end,
            "phrase": o.said.text,
            "line": said_at(lines, o.said.start, o.said.end),
            "heard": heard_at(run, o.said.start, o.said.end),
            "noise": clip_at(scored.recording, o.said.start) if scored.condition in SNR_DB else None,
            **reason(o, run, alarms, spotter),
        }
        for o in scored.outcomes
        if o.late_s is None
    ]


def reason(outcome: Outcome, run: Run, alarms: Sequence[Alarm], spotter: Spotter) -> Record:
    """``why`` in a word, and the distance and limit of the nearest place in the final text, where there is one."""
    said = outcome.said
    here = [t for t in run.texts if t["final"] and _over(t, said.start, said.end)]
    chars = [CharTime(*c) for t in here if not t["rejected"] for c in t["chars"]]
    around = [c for c in chars if c.end > said.start - AROUND_S and c.start < said.end + AROUND_S]
    near = next((n for n in explain(spotter, around) if n.id == said.id), None)
    measured = {} if near is None else {"distance": near.distance, "limit": near.limit, "nearest": near.heard}
    others = [a.id for a in alarms if touch(a, said) and not a.withdrawn]
    if outcome.answers:
        why = "withdrawn"
    elif others:
        why = f"named {others[0]}"
    elif not around:
        rejected = [str(t["rejected"]) for t in here if t["rejected"]]
        why = f"text rejected: {rejected[0]}" if rejected else "no text"
    elif near is None:
        why = "not recognised"
    elif near.verdict == BEYOND:
        why = "beyond the limit"
    else:
        why = "found in the text alone" if near.verdict == MATCH else f"refused: {near.verdict}"
    return {"why": why, **measured}


def false_alarms(scored: Scored, run: Run, lines: Sequence[Line]) -> list[Record]:
    """Each alarm where nothing forbidden was said, with what was."""
    return [
        {
            "set": scored.set,
            "part": scored.part,
            "condition": scored.condition,
            "recording": scored.recording,
            "id": a.id,
            "start": a.start,
            "end": a.end,
            "withdrawn": a.withdrawn,
            "matched": a.heard,
            "line": said_at(lines, a.start, a.end),
            "heard": heard_at(run, a.start, a.end),
        }
        for a in scored.false
    ]


def said_at(lines: Sequence[Line], start: float, end: float) -> str:
    """The true lines over a span."""
    return " / ".join(line.text for line in lines if line.start < end and start < line.end)


def heard_at(run: Run, start: float, end: float) -> str:
    """The final texts over a span, rejected ones with the check that they failed."""
    texts = [t for t in run.texts if t["final"] and _over(t, start, end)]
    return " / ".join(f"[{t['rejected']}] {t['text']}" if t["rejected"] else t["text"] for t in texts)


def _over(text: Record, start: float, end: float) -> bool:
    return bool(text["start"] < end and start < text["end"])
