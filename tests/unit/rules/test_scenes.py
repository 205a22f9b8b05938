"""A required line is missing only where its scene is known to have arisen; what was not heard accuses nobody."""

from __future__ import annotations

import pytest

from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon
from voicemon.phrases.required import RequiredSaid
from voicemon.rules.scenes import Scenes
from voicemon.types import HitStatus, PhraseHit


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


def line(lexicon: Lexicon, name: str, start: float) -> RequiredSaid:
    entry = next(r for r in lexicon.required if r.id == name)
    return RequiredSaid(name, entry.category, start, start + 3, entry.normalised, 1.0)


def hit(name: str, start: float) -> PhraseHit:
    return PhraseHit(name, "", "", "warn", start, start + 2, "", 1.0, HitStatus.CONFIRMED, None)


def test_without_a_scene_nothing_is_missing(lexicon: Lexicon) -> None:
    assert Scenes().judged(lexicon, [], silent_call=False) == {}


def test_a_forbidden_sentence_shows_its_scene(lexicon: Lexicon) -> None:
    assert Scenes().judged(lexicon, [hit("f10", 20.0)], silent_call=False) == {"r21": None}


def test_the_line_said_in_its_scene_is_not_missing(lexicon: Lexicon) -> None:
    scenes = Scenes()
    scenes.hear([line(lexicon, "r21", 24.0)])
    assert scenes.judged(lexicon, [hit("f10", 20.0)], silent_call=False) == {"r21": 24.0}


def test_the_line_said_in_another_part_of_the_call_does_not_mend_it(lexicon: Lexicon) -> None:
    scenes = Scenes()
    scenes.hear([line(lexicon, "r21", 90.0)])
    assert scenes.judged(lexicon, [hit("f10", 20.0)], silent_call=False) == {"r21": None}
    assert scenes.said == {"r21": 90.0}


def test_only_a_scenes_first_line_is_asked_for(lexicon: Lexicon) -> None:
    found = Scenes().judged(lexicon, [hit("f12", 20.0)], silent_call=False)
    assert set(found) == {"r23"}  # r24 is for a customer who does not accept the apology


def test_greetings_are_judged_by_the_calls_beginning(lexicon: Lexicon) -> None:
    assert Scenes().judged(lexicon, [hit("f01", 1.0)], silent_call=False) == {}


def test_words_of_an_ordinary_greeting_count_in_their_scene_alone(lexicon: Lexicon) -> None:
    scenes = Scenes()
    scenes.hear([line(lexicon, "r20", 31.0)])
    assert scenes.said == {}
    assert scenes.judged(lexicon, [hit("f09", 28.0)], silent_call=False) == {"r20": 31.0}


def test_what_was_not_heard_may_have_been_the_line(lexicon: Lexicon) -> None:
    scenes = Scenes()
    scenes.unheard(25.0)
    assert scenes.judged(lexicon, [hit("f10", 20.0)], silent_call=False) == {}
    assert scenes.judged(lexicon, [hit("f10", 60.0)], silent_call=False) == {"r21": None}


def test_an_announced_wait_asks_for_both_its_lines(lexicon: Lexicon) -> None:
    scenes = Scenes()
    scenes.waited(20.0, 30.0)
    assert scenes.judged(lexicon, [], silent_call=False) == {"r27": None, "r28": None}
    scenes.hear([line(lexicon, "r27", 19.0), line(lexicon, "r28", 30.5)])
    assert scenes.judged(lexicon, [], silent_call=False) == {"r27": 19.0, "r28": 30.5}


def test_a_line_missing_in_one_of_two_waits_is_missing(lexicon: Lexicon) -> None:
    scenes = Scenes()
    scenes.hear([line(lexicon, "r27", 19.0), line(lexicon, "r28", 30.5)])
    scenes.waited(20.0, 30.0)
    scenes.waited(80.0, 90.0)
    assert scenes.judged(lexicon, [], silent_call=False) == {"r27": None, "r28": None}


def test_a_silent_call_asks_for_its_farewell(lexicon: Lexicon) -> None:
    scenes = Scenes()
    assert scenes.judged(lexicon, [], silent_call=True) == {"r06": None}
    scenes.hear([line(lexicon, "r06", 30.0)])
    assert scenes.judged(lexicon, [], silent_call=True) == {"r06": 30.0}


def test_a_phrase_that_a_new_lexicon_no_longer_has_shows_no_scene(lexicon: Lexicon) -> None:
    assert Scenes().judged(lexicon, [hit("gone", 20.0)], silent_call=False) == {}


def test_a_line_found_again_with_the_words_after_it_is_the_same_one(lexicon: Lexicon) -> None:
    scenes = Scenes()
    for _ in range(500):  # every text is searched with what was said before it
        scenes.hear([line(lexicon, "r21", 20.0)])
    scenes.hear([line(lexicon, "r21", 300.0)])
    assert scenes.judged(lexicon, [hit("f10", 18.0)], silent_call=False) == {"r21": 20.0}
