"""Context that turns a forbidden sentence into a harmless one, whatever the distance says.  Each refusal has a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voicemon.phrases.align import RECOGNISABLE, Alignment
from voicemon.phrases.detectors import HAIL, NEGATIONS, Detector, Part
from voicemon.phrases.phonetics import char_cost
from voicemon.phrases.quoted import REACH, quoted

FIRST_PERSON: Final = frozenset("我咱")
OTHER_PERSONS: Final = frozenset("你您他她它")
SAME_SOUND: Final = 0.3
"""A negation counts as heard up to this distance (a wrong character of the same sound, or a near one)."""

IMPERATIVE_CATEGORIES: Final = frozenset({"rude_opening", "command"})
"""Bare commands: the same words are polite behind 您 or 请, or before 好吗."""

COURTESY_BEFORE: Final = ("请", "您", "麻烦")
COURTESY_AFTER: Final = ("好吗", "好嘛", "好么", "可以吗", "行吗")
POLITE_YOU: Final = "您"
"""Right before half a sentence it makes a polite statement of it: 您打错电话了."""

REACH_BEFORE: Final = 4
REACH_AFTER: Final = 4
"""Characters within which courtesy belongs to the command."""

JOINED_S: Final = 0.12
"""A negation this close in time belongs to the word behind it; after a longer pause it ends another sentence."""

TOLD_S: Final = 1.0
"""A verb of saying this close in time tells of the words behind it; after a longer pause they are the speaker's own."""

CUT_S: Final = 0.2
"""A pause as long as that between clauses."""

SPARE_SYLLABLES: Final = 1
"""Syllables in a row that may be missing or unlike; two are a word, and the sentence another one."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: ``text`` one character a syllable, ``starts`` and ``ends`` in seconds for each."""

    text: str
    starts: tuple[float, ...]
    ends: tuple[float, ...]

    def only(self, places: Sequence[int]) -> Heard:
        """What stands at ``places``."""
        return Heard(
            "".join(self.text[i] for i in places),
            tuple(self.starts[i] for i in places),
            tuple(self.ends[i] for i in places),
        )


def refusal(detector: Detector, alignment: Alignment, heard: Heard) -> str | None:
    """Why this alignment is not the forbidden sentence, or ``None``."""
    if _negation_differs(detector, alignment, heard):
        return "negation"
    if _person_differs(detector.pattern.text, alignment, heard.text):
        return "person"
    if detector.part is Part.CLAUSE and heard.text[: alignment.start].endswith(POLITE_YOU):
        return "courtesy"
    if detector.phrase.category in IMPERATIVE_CATEGORIES and _courteous(detector, alignment, heard.text):
        return "courtesy"
    if _told(alignment, heard):
        return "quoted"
    return "words" if _other_words(detector, alignment, heard) else None


def _other_words(detector: Detector, alignment: Alignment, heard: Heard) -> bool:
    """A word of the phrase was not said: recognisers garble syllables here and there, seldom a whole word beyond sound.

    Half a sentence has not a syllable to spare.  Words missing at an end may be lost where the speech begins or ends.
    """
    pattern, spare = detector.pattern.text, 0 if detector.part is Part.CLAUSE else SPARE_SYLLABLES
    run: list[int | None] = []
    at_edge = _after_pause(alignment.start, heard)
    for unit, (wanted, place) in enumerate(zip(pattern, alignment.pairs, strict=True)):
        if detector.pattern.weights[unit] < 1 or (place is None and wanted in pattern[max(0, unit - 1) : unit]):
            continue
        lost = place is None or char_cost(heard.text[place], wanted) > RECOGNISABLE
        if lost:
            run.append(place)
        elif _is_other(run, spare, cut=at_edge):
            return True
        else:
            run, at_edge = [], False
    return _is_other(run, spare, cut=_after_pause(alignment.end, heard))


def _is_other(run: Sequence[int | None], spare: int, *, cut: bool) -> bool:
    """``run`` of lost syllables is a word that was not said, unless the speech was ``cut`` there."""
    return len(run) > spare and not (cut and all(place is None for place in run))


def _after_pause(place: int, heard: Heard) -> bool:
    """No speech right before ``place``."""
    return place in (0, len(heard.text)) or heard.starts[place] - heard.ends[place - 1] >= CUT_S


def _told(alignment: Alignment, heard: Heard) -> bool:
    """The agent tells of what somebody else said."""
    first, last = alignment.start, alignment.end
    joined = first > 0 and heard.starts[first] - heard.ends[first - 1] <= TOLD_S
    return quoted(heard.text[max(0, first - REACH) : first] if joined else "", heard.text[last : last + REACH])


def _negation_differs(detector: Detector, alignment: Alignment, heard: Heard) -> bool:
    pattern = detector.pattern.text
    for unit in detector.negations:
        place = alignment.pairs[unit]
        if place is None or char_cost(heard.text[place], pattern[unit]) > SAME_SOUND:
            return True
    matched = set(alignment.pairs)
    if any(heard.text[i] in NEGATIONS and i not in matched for i in range(alignment.start, alignment.end)):
        return True
    return _negated_from_before(pattern, alignment, heard)


def _negated_from_before(pattern: str, alignment: Alignment, heard: Heard) -> bool:
    before = alignment.start - 1
    if before < 0 or heard.text[before] not in NEGATIONS or pattern[0] == HAIL:
        return False
    # 行不行 asks, it does not negate
    alternative = before >= 1 and heard.text[before - 1] == heard.text[alignment.start]
    return not alternative and heard.starts[alignment.start] - heard.ends[before] <= JOINED_S


def _person_differs(pattern: str, alignment: Alignment, text: str) -> bool:
    """我 or 我们 where the phrase has 你, or the other way round; 您 for 你 is left to the distance."""
    span = range(alignment.start, alignment.end)
    for unit, place in zip(pattern, alignment.pairs, strict=True):
        rivals = OTHER_PERSONS if unit in FIRST_PERSON else FIRST_PERSON if unit in OTHER_PERSONS else frozenset()
        if not rivals or (place is not None and char_cost(text[place], unit) <= SAME_SOUND):
            continue
        spare = (i for i in span if i == place or i not in alignment.pairs)
        if any(text[i] in rivals for i in spare):
            return True
    return False


def _courteous(detector: Detector, alignment: Alignment, text: str) -> bool:
    after = text[alignment.end : alignment.end + REACH_AFTER]
    if any(word in after for word in COURTESY_AFTER):
        return True
    if _hailed(detector.pattern.text, alignment, text):
        return False
    before = text[max(0, alignment.start - REACH_BEFORE) : alignment.start]
    return any(word in before for word in COURTESY_BEFORE)


def _hailed(pattern: str, alignment: Alignment, text: str) -> bool:
    """The sentence was opened with 喂: heard as part of the match or right before it."""
    if pattern[0] == HAIL:
        place = alignment.pairs[0]
        return place is not None and char_cost(text[place], HAIL) <= SAME_SOUND
    return alignment.start > 0 and char_cost(text[alignment.start - 1], HAIL) <= SAME_SOUND
