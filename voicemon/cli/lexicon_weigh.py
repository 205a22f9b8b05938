"""``voicemon lexicon test``: one sentence, weighed up as if it had been heard."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from voicemon.cli.common import Common, language_of
from voicemon.errors import ConfigError, ExitCode
from voicemon.phrases.explain import MATCH, Near, Neighbour, explain, neighbours, typed
from voicemon.phrases.lexicon import chosen
from voicemon.phrases.model import Lexicon
from voicemon.phrases.normalise import normalise
from voicemon.phrases.required import RequiredMatcher, RequiredSaid
from voicemon.phrases.spotter import Spotter
from voicemon.phrases.wording import PatternMatcher, WordUse, limited_words
from voicemon.strings import Language
from voicemon.strings.lexicon import lexicon_text
from voicemon.ui.cells import clean

LONGEST: Final = 1000
"""Characters: more than the agent says between two breaths, and bounded."""


@dataclass(frozen=True, slots=True)
class _Weighed:
    heard: str
    phrases: tuple[Near, ...]
    harmless: tuple[Neighbour, ...]
    required: tuple[RequiredSaid, ...]
    limited: tuple[WordUse, ...]
    patterns: tuple[WordUse, ...]


def run(common: Common, sentence: str, *, as_json: bool) -> int:
    """Print what ``sentence`` would set off; gives the exit code.  Raises :class:`ConfigError`."""
    settings = common.settings()
    heard = normalise(sentence).text
    if not heard:
        raise ConfigError("nothing in the sentence is spoken", "write it in Chinese characters")
    if len(heard) > LONGEST:
        raise ConfigError(f"{len(heard)} syllables are more than one utterance", f"test at most {LONGEST} at once")
    lexicon = chosen(settings.phrases)
    weighed = _weigh(sentence, heard, lexicon)
    if as_json:
        print(json.dumps(_record(weighed), ensure_ascii=False))
    else:
        print("\n".join(_told(weighed, lexicon, language_of(settings))))
    return ExitCode.OK


def _weigh(sentence: str, heard: str, lexicon: Lexicon) -> _Weighed:
    spotter, chars = Spotter(lexicon), typed(sentence)
    return _Weighed(
        heard,
        explain(spotter, chars),
        neighbours(spotter, heard),
        tuple(RequiredMatcher(lexicon).find(chars)),
        tuple(limited_words(chars, lexicon.words_to_limit)),
        tuple(PatternMatcher(lexicon).find(chars)),
    )


def _record(weighed: _Weighed) -> dict[str, Any]:
    record: dict[str, Any] = _rounded(asdict(weighed))
    # Times of typed text mean nothing.
    for entry in (*record["required"], *record["limited"], *record["patterns"]):
        del entry["start"], entry["end"]
    return record


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value


def _told(weighed: _Weighed, lexicon: Lexicon, language: Language) -> list[str]:
    hits = [near for near in weighed.phrases if near.verdict == MATCH]
    others = [near for near in weighed.phrases if near.verdict != MATCH]
    lines = [f"{lexicon_text('sentence', language)}  {weighed.heard}"]
    lines.append(lexicon_text("hits" if hits else "no_hits", language))
    lines += [f"  {_phrase(near, 'match_row', language)}" for near in hits]
    if others:
        lines.append(lexicon_text("near", language))
        lines += [f"  {_phrase(near, 'near_row', language)}" for near in others]
    if weighed.harmless:
        lines.append(lexicon_text("harmless", language))
        lines += [f"  {_harmless(neighbour, language)}" for neighbour in weighed.harmless]
    return [*lines, *_wording(weighed, lexicon, language)]


def _phrase(near: Near, key: str, language: Language) -> str:
    why = {} if near.verdict == MATCH else {"why": lexicon_text(f"why_{near.verdict}", language)}
    return lexicon_text(
        key,
        language,
        id=clean(near.id),
        phrase=clean(near.phrase),
        heard=clean(near.heard),
        distance=f"{near.distance:.2f}",
        limit=f"{near.limit:.2f}",
        part=lexicon_text(f"part_{near.part.value}", language),
        pattern=clean(near.pattern),
        **why,
    )


def _harmless(neighbour: Neighbour, language: Language) -> str:
    return lexicon_text("harmless_row", language, line=clean(neighbour.line), distance=f"{neighbour.distance:.2f}")


def _wording(weighed: _Weighed, lexicon: Lexicon, language: Language) -> list[str]:
    categories = {pattern.id: pattern.category for pattern in lexicon.patterns}
    return [
        *(lexicon_text("required", language, id=clean(r.id), heard=clean(r.heard)) for r in weighed.required),
        *(lexicon_text("limited", language, word=clean(use.id)) for use in weighed.limited),
        *(
            lexicon_text(
                "class", language, id=clean(use.id), category=clean(categories[use.id]), heard=clean(use.heard)
            )
            for use in weighed.patterns
        ),
    ]
