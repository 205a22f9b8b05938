"""The last words that were said, with what was flagged in them and the evidence for it."""

from __future__ import annotations

from typing import Final

from voicemon.strings import Language, text
from voicemon.types import Caption, HitStatus, PhraseHit
from voicemon.ui.cells import clean
from voicemon.ui.figures import clock
from voicemon.ui.rows import EMPTY, Ink, Row, Span, fit_row, wrap

_LINES_PER_CAPTION: Final = 3
"""A longer utterance ends in an ellipsis: the newest words matter less than seeing two utterances."""

_LIMITED: Final = frozenset({"limited_word", "words_to_limit"})


def caption_rows(captions: tuple[Caption, ...], asr: str, language: Language, width: int, height: int) -> list[Row]:
    """The newest captions that fit, oldest first, in exactly ``height`` rows."""
    rows: list[Row] = []
    for caption in reversed(captions):
        if len(rows) >= height:
            break
        rows = _caption(caption, language, width) + rows
    rows = rows[-height:] if height else []
    if not captions and height:
        key = "captions_off" if asr == "off" else "no_captions"
        rows = [fit_row((Span(text(key, language), Ink.DIM),), width)]
    return rows + [fit_row(EMPTY, width)] * (height - len(rows))


def _caption(caption: Caption, language: Language, width: int) -> list[Row]:
    stamp = clock(caption.start) + "  "
    indent = " " * len(stamp)
    lines = wrap(_inked(caption, language), max(4, width - len(stamp)), _LINES_PER_CAPTION)
    rows = [fit_row((Span(indent if i else stamp, Ink.DIM), *line), width) for i, line in enumerate(lines)]
    for hit in caption.hits:
        rows.append(fit_row((Span(indent), _evidence(hit, language)), width))
    return rows


def _evidence(hit: PhraseHit, language: Language) -> Span:
    sure = hit.score if hit.probability is None else hit.probability
    key = "hit_limited" if hit.category in _LIMITED else "hit_forbidden"
    line = text(
        "evidence",
        language,
        label=text(key, language),
        id=clean(hit.id),
        percent=f"{max(0.0, min(1.0, sure)):.0%}".rstrip("%"),
        heard=clean(hit.heard),
    )
    if hit.status is HitStatus.WITHDRAWN:
        return Span(f"{line}  {text('hit_withdrawn', language)}", Ink.DIM)
    if hit.status is HitStatus.PROVISIONAL:
        return Span(f"{line}  {text('hit_provisional', language)}", Ink.NEAR)
    return Span(line, Ink.BAD)


def _inked(caption: Caption, language: Language) -> list[Span]:
    if caption.rejected:
        return [Span(text("rejected", language, reason=clean(caption.rejected)), Ink.DIM)]
    plain = Ink.PLAIN if caption.final else Ink.PROVISIONAL
    spans: list[Span] = []
    at = 0
    for begin, end in _flagged(caption):
        spans.append(Span(clean(caption.text[at:begin]), plain))
        spans.append(Span(f"【{clean(caption.text[begin:end])}】", Ink.FLAG))
        at = end
    spans.append(Span(clean(caption.text[at:]), plain))
    return [span for span in spans if span.text]


def _flagged(caption: Caption) -> list[tuple[int, int]]:
    """Where in the text the standing hits are, in order and without overlap."""
    standing = [hit for hit in caption.hits if hit.status is not HitStatus.WITHDRAWN]
    found = sorted(span for hit in standing if (span := _place(caption, hit)) is not None)
    apart: list[tuple[int, int]] = []
    for begin, end in found:
        if apart and begin < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((begin, end))
    return apart


def _place(caption: Caption, hit: PhraseHit) -> tuple[int, int] | None:
    """The part of the text that ``hit`` rests on: by the words heard, else by the times of its characters."""
    for words in (hit.heard, hit.phrase):
        at = caption.text.find(words) if words else -1
        if at >= 0:
            return at, at + len(words)
    positions = _positions(caption)
    inside = [
        positions[i]
        for i, char in enumerate(caption.chars)
        if i in positions and hit.start <= (char.start + char.end) / 2 <= hit.end
    ]
    return (min(inside), max(inside) + 1) if inside else None


def _positions(caption: Caption) -> dict[int, int]:
    """For each timed character its place in the text; the text has punctuation between them."""
    places: dict[int, int] = {}
    at = 0
    for index, char in enumerate(caption.chars):
        found = caption.text.find(char.char, at)
        if found >= 0:
            places[index] = found
            at = found + len(char.char)
    return places
