"""LocalAgreement-2 as its paper has it, on scripted hypotheses."""

from __future__ import annotations

import numpy as np
import pytest

from bench.peers.agreement import Hypothesis, Limits, LocalAgreement, Piece, common_prefix, first_new, trimmed
from voicemon.types import SPEECH_RATE_HZ, Float32

CHAR_S = 0.25
SAID = "对不起刚才线路忙。让您久等了！请问有什么可以帮助您？谢谢您的耐心等待。规定就是规定。我我也没办法呀。再见"


def pieces(text: str, start: float = 0.0) -> tuple[Piece, ...]:
    """A character every quarter of a second; punctuation hangs on the one before."""
    found: list[Piece] = []
    for char in text:
        if char in "。！？，":
            found[-1] = Piece(found[-1].char, found[-1].start, found[-1].end, char)
        else:
            at = start + CHAR_S * len(found)
            found.append(Piece(char, at, at + CHAR_S))
    return tuple(found)


def text(found: tuple[Piece, ...] | list[Piece]) -> str:
    return "".join(p.char for p in found)


def second(count: float = 1.0) -> Float32:
    return np.zeros(int(count * SPEECH_RATE_HZ), np.float32)


class Script:
    """Answers with one hypothesis after the other, and keeps what it was asked."""

    def __init__(self, *answers: Hypothesis) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[float, str, float]] = []

    def __call__(self, samples: Float32, prompt: str, start_s: float) -> Hypothesis:
        self.asked.append((len(samples) / SPEECH_RATE_HZ, prompt, start_s))
        return self.answers.pop(0)


class Listener:
    """Hears every character of ``said`` that lies in the buffer, the one at its end wrongly; times move to and fro."""

    def __init__(self, said: tuple[Piece, ...], jitter_s: float = 0.0) -> None:
        self.said = said
        self.jitter_s = jitter_s
        self.longest_s = 0.0
        self.prompts: list[str] = []
        self.starts: list[float] = []

    def __call__(self, samples: Float32, prompt: str, start_s: float) -> Hypothesis:
        end_s = start_s + len(samples) / SPEECH_RATE_HZ
        self.longest_s = max(self.longest_s, end_s - start_s)
        self.prompts.append(prompt)
        self.starts.append(start_s)
        shift = self.jitter_s * (-1) ** len(self.prompts)
        whole = [p for p in self.said if start_s - CHAR_S / 2 < p.start and p.end <= end_s]
        cut = [p for p in self.said if p.start < end_s < p.end]
        heard = [Piece(p.char, p.start + shift, p.end + shift, p.mark) for p in whole]
        heard += [Piece("嗯", p.start, end_s) for p in cut]
        return Hypothesis(tuple(heard), (end_s,))


def play(listener: Listener, chunk_s: float) -> tuple[str, LocalAgreement]:
    policy, out = LocalAgreement(listener), []
    total = listener.said[-1].end + 1.0
    for _ in range(int(np.ceil(total / chunk_s))):
        policy.add(second(chunk_s))
        out += policy.update()
    out += policy.finish()
    return text(out), policy


def test_the_common_prefix_is_counted_in_characters() -> None:
    assert common_prefix(pieces("我也没办法"), pieces("我也不知道")) == 2
    assert common_prefix(pieces("我也"), pieces("我也不")) == 2
    assert common_prefix((), pieces("我")) == 0


def test_one_hypothesis_confirms_nothing_and_a_second_confirms_what_both_begin_with() -> None:
    script = Script(Hypothesis(pieces("规定就是")), Hypothesis(pieces("规定究竟是谁")))
    policy = LocalAgreement(script)
    policy.add(second())
    assert policy.update() == ()
    policy.add(second())
    assert text(policy.update()) == "规定"
    assert text(policy.finish()) == "究竟是谁"


def test_confirmed_text_is_neither_taken_back_nor_said_again_when_a_later_pass_hears_it_otherwise() -> None:
    script = Script(*(Hypothesis(pieces(t)) for t in ("规定就是", "规定就是规", "固定就是规定", "固定就是规定")))
    policy = LocalAgreement(script)
    out = []
    for _ in range(4):
        policy.add(second())
        out += policy.update()
    assert text(out) == "规定就是规定"


@pytest.mark.parametrize("shift_s", [-0.6, 0.6])
def test_words_whose_times_moved_are_known_again_by_their_characters(shift_s: float) -> None:
    confirmed = pieces("您的问题我看过了")
    heard = pieces("您的问题我看过了规定就是规定", shift_s)
    assert text(heard[first_new(heard, confirmed) :]) == "规定就是规定"


def test_where_no_character_is_the_same_the_clock_decides() -> None:
    heard = pieces("固顶旧式归钉你好")
    assert text(heard[first_new(heard, pieces("规定就是规定")) :]) == "你好"


def test_of_two_places_that_fit_alike_the_nearer_in_time_is_taken() -> None:
    heard = pieces("规定规定规定")
    assert first_new(heard, pieces("规定规定")[2:]) == 4


@pytest.mark.parametrize("said", ["谢谢您", "看看再说", "我问你我我问谁"])
def test_a_character_said_twice_stays_twice(said: str) -> None:
    assert play(Listener(pieces(said)), 0.25)[0] == said


def test_the_buffer_is_cut_at_a_sentence_that_another_confirmed_word_follows() -> None:
    heard = Hypothesis(pieces("再见。请说"))
    assert trimmed(heard, 3 * CHAR_S, (0.0, 2.0), Limits()) == 2 * CHAR_S
    assert trimmed(heard, 2 * CHAR_S, (0.0, 2.0), Limits()) == 0.0


def test_a_comma_ends_no_sentence() -> None:
    assert trimmed(Hypothesis(pieces("再见，请说")), 4 * CHAR_S, (0.0, 2.0), Limits()) == 0.0


def test_a_segment_cuts_a_long_buffer_alone_and_only_when_it_is_confirmed_and_not_the_last() -> None:
    heard = Hypothesis(pieces("再见请说吧我听"), (0.5, 1.25, 1.75))
    assert trimmed(heard, 1.3, (0.0, 15.0), Limits()) == 0.0
    assert trimmed(heard, 1.3, (0.0, 15.1), Limits()) == 1.25
    assert trimmed(heard, 1.2, (0.0, 15.1), Limits()) == 0.5
    assert trimmed(heard, 9.0, (0.0, 15.1), Limits()) == 1.25


def test_a_buffer_beyond_the_limit_begins_at_the_confirmed_text_or_else_at_the_limit() -> None:
    heard = Hypothesis(pieces("没有句号"), (31.0,))
    assert trimmed(heard, 12.0, (0.0, 31.0), Limits()) == 12.0
    assert trimmed(heard, 0.0, (0.0, 31.0), Limits()) == 1.0


@pytest.mark.parametrize("chunk_s", [0.5, 1.0, 1.7, 3.1])
def test_everything_said_is_confirmed_once_whatever_the_chunks(chunk_s: float) -> None:
    assert play(Listener(pieces(SAID)), chunk_s)[0] == text(pieces(SAID))


@pytest.mark.parametrize("chunk_s", [0.5, 1.0, 1.7, 3.1])
def test_and_when_the_times_move_from_pass_to_pass(chunk_s: float) -> None:
    once = SAID.replace("我我", "我")  # of a doubled character that stands where the buffer was cut one may be lost
    assert play(Listener(pieces(once), jitter_s=0.08), chunk_s)[0] == text(pieces(once))


def test_sentences_keep_the_buffer_short_and_become_the_prompt() -> None:
    listener = Listener(pieces(SAID))
    play(listener, 1.0)
    assert listener.longest_s < 6.0
    assert listener.prompts[0] == ""
    assert listener.prompts[-1].startswith("对不起刚才线路忙。让您久等了！")
    assert listener.starts == sorted(listener.starts)


def test_without_a_sentence_or_agreement_the_buffer_stays_within_its_limit() -> None:
    answers = [Hypothesis(pieces("一二三四"[i % 4] * 4)) for i in range(50)]
    script = Script(*answers)
    policy = LocalAgreement(script)
    for _ in range(50):
        policy.add(second())
        assert policy.update() == ()
    assert max(length for length, _, _ in script.asked) == 31.0
    assert policy.buffer_s == (20.0, 50.0)
