"""Words to limit, classes of wording, forms of address and required lines, on the ten development calls.

    python -m bench.wording [--spoken] [ID …]

Each call is heard twice: with its words as they were spoken (``spoken``: what the rules make of perfect text) and by
the recogniser (``heard``; ``--spoken`` leaves that out).  Whatever was fitted was fitted on the first five calls; the
second five report.  A use of a word to limit is found where an alert overlaps it; classes and forms of address are
held against those of the spoken text.  A required line's truth is said or not said; the monitor may also find it *not
observable*, which accuses nobody: of lines that were not said that is a miss, of lines that were said it is one too.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.calls import SPL_OF_0_DBFS, Collect
from bench.report import SPEECH, table, write
from voicemon.asr.recognizer import Recognizer, RecognizerInfo
from voicemon.asr.whisper import WhisperRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.phrases.model import Lexicon
from voicemon.phrases.wording import count
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import CharTime, RecognitionJob, Transcript

FITTED: Final = frozenset(f"dev{i:02d}" for i in range(1, 6))
SLACK_S: Final = 0.5
CATEGORIES: Final = {"R3": "silent_call_3", "R22a": "hold_ask", "R22b": "hold_return", "RC": "closing"}
"""Truth lines that are not their scene's first; the others are ``R`` and the scene."""
FAREWELL: Final = "RB"
"""再见 is a part of the closing line here and has no entry of its own."""

Record = dict[str, Any]


class Spoken:
    """Hears exactly what was spoken."""

    info = RecognizerInfo("spoken")

    def __init__(self, truth: Record) -> None:
        self._chars = [CharTime(*c) for c in truth["chars"]["agent"]]

    def recognize(self, job: RecognitionJob) -> Transcript:
        chars = tuple(c for c in self._chars if job.start <= (c.start + c.end) / 2 < job.end)
        return Transcript(job.utterance, job.kind, job.start, job.end, "".join(c.char for c in chars), chars)

    def close(self) -> None:
        return None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ids", nargs="*", default=[f"dev{i:02d}" for i in range(1, 11)])
    parser.add_argument("--spoken", action="store_true")
    parser.add_argument("--speech", type=Path, default=SPEECH)
    options = parser.parse_args(arguments)
    lexicon = load_lexicon()
    whisper = None if options.spoken else WhisperRecognizer.from_settings(load(environment={}).asr)
    scores = []
    for name in options.ids:
        truth = json.loads((options.speech / "calls" / f"{name}.truth.json").read_text(encoding="utf-8"))
        for text, recognizer in (("spoken", Spoken(truth)), ("heard", whisper)):
            if recognizer is not None:
                events = _replayed(options.speech / "calls" / f"{name}.flac", recognizer, lexicon)
                scores.append({"id": name, "text": text, **score(truth, events, lexicon)})
    totals = {
        f"{part}, {text}": total([s for s in scores if s["text"] == text and (s["id"] in FITTED) == (part == "fitted")])
        for text in ("spoken", "heard")
        for part in ("fitted", "reported")
    }
    print(show(totals))
    for line in _notes(scores):
        print(line)
    path = write("wording", {"calls": scores, "total": totals})
    print(f"\nwritten: {path.name}")


def _replayed(path: Path, recognizer: Recognizer, lexicon: Lexicon) -> Collect:
    events = Collect()
    settings = load(environment={}, overrides={"level": {"calibration_offset_db": SPL_OF_0_DBFS}})
    Replay(RecordingSource(path), settings, lexicon, "en", recognizer, [events]).run()
    return events


def score(truth: Record, events: Collect, lexicon: Lexicon) -> Record:
    """One call's counts."""
    (summary,) = events.of("summary")
    words = summary["words"]
    spoken = count("".join(c[0] for c in truth["chars"]["agent"]), lexicon)
    return {
        "limited": _limited(truth, events),
        "required": _required(truth, summary, lexicon),
        "unlisted_missing": _unlisted(truth, summary, lexicon),
        "bare_no": _counts({"no": words["bare_no"]}, {"no": spoken.bare_no}),
        "polite": words["polite"],
        "plain": words["plain"],
        "polite_true": spoken.polite,
        "plain_true": spoken.plain,
        "classes": {k: v for k, v in words["patterns"].items() if v},
        "wording_alerts": sum(a["rule"] == "wording" for a in events.of("alert")),
    }


def _limited(truth: Record, events: Collect) -> Counter[str]:
    true = [a for a in truth["avoid"] if a["who"] == "agent"]
    raised = [a for a in events.of("alert") if a["rule"] == "limited_word"]
    found = 0
    for use in true:
        match = next((a for a in raised if a["evidence"]["word"] == use["text"] and _overlap(a, use)), None)
        if match is not None:
            raised.remove(match)
            found += 1
    return Counter(found=found, missed=len(true) - found, false=len(raised))


def _required(truth: Record, summary: Record, lexicon: Lexicon) -> Counter[str]:
    """How often a line that was (not) said got each status, such as ``unsaid:missing``."""
    status = {row["id"]: row["status"] for row in summary["required"]}
    lines = ((line_of(entry["id"], lexicon), entry["present"]) for entry in truth["required"])
    return Counter(f"{'said' if said else 'unsaid'}:{status[line]}" for line, said in lines if line is not None)


def _unlisted(truth: Record, summary: Record, lexicon: Lexicon) -> list[str]:
    """Lines called missing that the truth does not speak of."""
    listed = {line_of(entry["id"], lexicon) for entry in truth["required"]}
    return [row["id"] for row in summary["required"] if row["status"] == "missing" and row["id"] not in listed]


def line_of(name: str, lexicon: Lexicon) -> str | None:
    """The lexicon's line for the truth's ``name``."""
    if name == FAREWELL:
        return None
    if name in CATEGORIES:
        return next(line.id for line in lexicon.required if line.category == CATEGORIES[name])
    return next(line.id for line in lexicon.required if line.scene == name.removeprefix("R"))


def _counts(heard: dict[str, int], true: dict[str, int]) -> Counter[str]:
    """Found, missed and false, by count alone."""
    names = {*heard, *true}
    found = sum(min(heard.get(n, 0), true.get(n, 0)) for n in names)
    return Counter(found=found, missed=sum(true.values()) - found, false=sum(heard.values()) - found)


def _overlap(a: Record, b: Record) -> bool:
    return bool(a["start"] < b["end"] + SLACK_S and b["start"] < a["end"] + SLACK_S)


def total(scores: Sequence[Record]) -> Record:
    """Several calls together."""
    added: Record = {name: sum((s[name] for s in scores), Counter()) for name in ("limited", "required", "bare_no")}
    for name in ("polite", "plain", "polite_true", "plain_true", "wording_alerts"):
        added[name] = sum(s[name] for s in scores)
    return added


def show(totals: dict[str, Record]) -> str:
    """A row a half and kind of text."""
    head = ["calls", "limited found", "missed", "false", "said: said", "missing", "n. o.", "unsaid: missing", "said",
            "n. o.", "不 found", "missed", "false", "您:你 (true)", "wording alerts"]  # fmt: skip
    keys = ("said:said", "said:missing", "said:not_observable", "unsaid:missing", "unsaid:said",
            "unsaid:not_observable")  # fmt: skip
    rows = [
        [
            name,
            *(t["limited"][k] for k in ("found", "missed", "false")),
            *(t["required"][k] for k in keys),
            *(t["bare_no"][k] for k in ("found", "missed", "false")),
            f"{t['polite']}:{t['plain']} ({t['polite_true']}:{t['plain_true']})",
            t["wording_alerts"],
        ]
        for name, t in totals.items()
    ]
    return table(head, rows)


def _notes(scores: Sequence[Record]) -> list[str]:
    return [
        f"{s['id']} {s['text']}: missing beyond the truth's list: {' '.join(s['unlisted_missing']) or '–'};"
        f" classes: {' '.join(f'{k}×{v}' for k, v in sorted(s['classes'].items())) or '–'}"
        for s in scores
    ]


if __name__ == "__main__":
    main()
