"""Words to limit by rate, classes of wording told or counted, and what comes of it after the call."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon
from voicemon.phrases.wording import WordCounts
from voicemon.rules.usage import Usage
from voicemon.rules.wordcoach import advice
from voicemon.types import CharTime


def chars(text: str, start: float = 0.0) -> list[CharTime]:
    return [CharTime(c, start + i / 4, start + (i + 1) / 4) for i, c in enumerate(text)]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


def own(tmp_path: Path, text: str) -> Lexicon:
    path = tmp_path / "own.yaml"
    path.write_text(f"version: 1\n{text}\n", encoding="utf-8")
    return load([path])


def told(usage: Usage, text: str, start: float = 0.0) -> list[str]:
    return [f.evidence["word"] for f in usage.limits(chars(text, start))]


class TestLimits:
    def test_a_word_without_a_limit_is_told_each_time(self, lexicon: Lexicon) -> None:
        assert told(Usage(lexicon), "一定会一定会") == ["一定", "一定"]

    def test_a_word_with_a_limit_per_call_is_told_above_it(self, tmp_path: Path) -> None:
        usage = Usage(own(tmp_path, "words_to_limit: [{word: 百分之百, per_call: 2}]"))
        assert told(usage, "百分之百好百分之百好") == []
        assert told(usage, "百分之百", 500.0) == ["百分之百"]

    def test_a_word_with_a_limit_per_minute_is_told_where_it_is_said_too_often(self, tmp_path: Path) -> None:
        usage = Usage(own(tmp_path, "words_to_limit: [{word: 绝对, per_minute: 1}]"))
        assert told(usage, "绝对", 0.0) == []
        assert told(usage, "绝对", 61.0) == []
        assert told(usage, "绝对", 100.0) == ["绝对"]
        assert usage.limited["绝对"] == 3

    def test_a_later_file_sets_a_limit_for_a_builtin_word(self, tmp_path: Path) -> None:
        lexicon = own(tmp_path, "words_to_limit: [{word: 一定, per_call: 1}]")
        assert lexicon.words_to_limit == ("一定", "必须")
        assert told(Usage(lexicon), "一定一定必须") == ["一定", "必须"]

    def test_what_was_said_stays_counted_under_a_new_lexicon(self, lexicon: Lexicon, tmp_path: Path) -> None:
        usage = Usage(lexicon)
        told(usage, "一定")
        usage.use(own(tmp_path, "words_to_limit: [{word: 一定, per_call: 1}]"))
        assert told(usage, "一定", 5.0) == ["一定"]


class TestClasses:
    @pytest.mark.parametrize(
        ("text", "category"),
        [
            ("这个是技术部门的责任", "other_department"),
            ("这事不归我们管", "passing_buck"),
            ("我保证明天能到", "rash_promise"),
            ("你怎么老是不听", "blame"),
        ],
    )
    def test_a_class_is_told_with_what_was_heard(self, lexicon: Lexicon, text: str, category: str) -> None:
        found = [f for f in Usage(lexicon).classes(chars(text), []) if f.evidence["category"] == category]
        assert len(found) == 1
        assert found[0].rule == "wording"
        assert found[0].evidence["heard"] in text

    @pytest.mark.parametrize("text", ["这个不行", "一定", "然后然后您看"])
    def test_everyday_words_are_counted_and_not_told(self, lexicon: Lexicon, text: str) -> None:
        usage = Usage(lexicon)
        assert usage.classes(chars(text), []) == []
        assert usage.patterns.total() == 1

    def test_what_is_flagged_already_is_not_told_twice(self, lexicon: Lexicon) -> None:
        usage = Usage(lexicon)
        assert usage.classes(chars("这不关我的事"), [(0.0, 1.5)]) == []
        assert usage.categories == {"passing_buck": 1}

    @pytest.mark.parametrize("text", ["我不保证明天能到", "这个不一定"])
    def test_a_negated_promise_is_none(self, lexicon: Lexicon, text: str) -> None:
        usage = Usage(lexicon)
        assert usage.classes(chars(text), []) == []
        assert usage.categories.total() == 0

    def test_a_class_of_ones_own_is_told(self, tmp_path: Path) -> None:
        lexicon = own(tmp_path, "forbidden_patterns:\n  - {id: y1, regex: '(自己|你)想办法'}")
        (found,) = Usage(lexicon).classes(chars("您自己想办法"), [])
        assert found.evidence["id"] == "y1"


class TestAdvice:
    def kinds(self, usage: Usage, counts: WordCounts = WordCounts(), talk_s: float = 60.0) -> list[str]:  # noqa: B008
        return [kind for kind, _ in advice(usage, counts, talk_s)]

    def test_nothing_said_needs_no_advice(self, lexicon: Lexicon) -> None:
        assert self.kinds(Usage(lexicon)) == []

    def test_one_strong_word_is_not_often(self, lexicon: Lexicon) -> None:
        usage = Usage(lexicon)
        told(usage, "一定")
        assert self.kinds(usage) == []
        told(usage, "必须", 9.0)
        assert self.kinds(usage) == ["limited_words"]
        assert self.kinds(usage, talk_s=600.0) == []

    def test_too_little_speech_has_no_rate(self, lexicon: Lexicon) -> None:
        usage = Usage(lexicon)
        told(usage, "一定必须")
        assert self.kinds(usage, talk_s=5.0) == []

    def test_the_word_said_most_is_named_with_its_own_count(self, lexicon: Lexicon) -> None:
        usage = Usage(lexicon)
        told(usage, "一定必须一定")
        ((_, figures),) = advice(usage, WordCounts(), 60.0)
        assert (figures.word, figures.count) == ("一定", 2)

    def test_forms_of_address(self, lexicon: Lexicon) -> None:
        usage = Usage(lexicon)
        assert self.kinds(usage, WordCounts(polite=2, plain=5)) == ["polite"]
        assert self.kinds(usage, WordCounts(polite=30, plain=5)) == []
        assert self.kinds(usage, WordCounts(polite=1, plain=2)) == []

    def test_refusals_and_fillers_by_rate(self, lexicon: Lexicon) -> None:
        usage = Usage(lexicon)
        for at in range(3):
            usage.classes(chars("然后然后", 10.0 * at), [])
        assert self.kinds(usage, WordCounts(bare_no=5)) == ["bare_no", "fillers"]
        assert self.kinds(usage, WordCounts(bare_no=5), talk_s=300.0) == []

    def test_told_classes_come_first(self, lexicon: Lexicon) -> None:
        usage = Usage(lexicon)
        usage.classes(chars("这事不归我们管"), [])
        assert self.kinds(usage, WordCounts(plain=5))[0] == "wording"
