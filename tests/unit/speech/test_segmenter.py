"""Utterances: ended by silence, cut at the quietest frame when over-long, nothing lost or said twice."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.speech.segmenter import Piece, Segmenter
from voicemon.speech.spans import SpanTracker
from voicemon.types import Pass

LOUD_DB, QUIET_DB = -25.0, -60.0


def segment(
    frames: list[bool], *, end_s: float = 0.5, longest_s: float = 15.0, levels: list[float] | None = None
) -> tuple[list[Piece], list[int], list[int]]:
    """Pieces, the frames at which they came out, and all frames that were speech."""
    tracker, segmenter = SpanTracker(), Segmenter(end_s, longest_s)
    pieces, told, speech = [], [], []
    for frame, voiced in enumerate(frames):
        change = tracker.update(frame, voiced)
        if change.active is not None:
            speech.extend(range(*change.active))
        level = levels[frame] if levels is not None else LOUD_DB if voiced else QUIET_DB
        piece = segmenter.update(frame, change.started, change.active, tracker.start is not None, level)
        if piece is not None:
            pieces.append(piece)
            told.append(frame)
    tracker.close()
    last = segmenter.finish()
    if last is not None:
        pieces.append(last)
        told.append(len(frames))
    return pieces, told, speech


def finals(pieces: list[Piece]) -> list[Piece]:
    return [p for p in pieces if p.kind is Pass.FINAL]


def track(*stretches: tuple[int, bool]) -> list[bool]:
    return [speech for length, speech in stretches for _ in range(length)]


@pytest.mark.parametrize("end_s", [0.2, 0.5, 1.0])
def test_an_utterance_ends_after_the_set_silence(end_s: float) -> None:
    pieces, told, _ = segment(track((50, False), (200, True), (300, False)), end_s=end_s)
    assert [(p.start, p.end) for p in finals(pieces)] == [(50, 250)]
    assert (told[-1] + 1 - 250) / 100 == pytest.approx(end_s, abs=0.011)


def test_a_shorter_pause_stays_inside_as_two_spans() -> None:
    pieces, _, _ = segment(track((100, True), (40, False), (100, True), (100, False)))
    assert [p.spans for p in finals(pieces)] == [((0, 100), (140, 240))]


def test_an_over_long_utterance_is_cut_at_its_quietest_frame() -> None:
    frames = track((1900, True), (100, False))
    levels = [LOUD_DB] * 2000
    levels[1322] = -31.0
    levels[200] = -50.0
    pieces, _, _ = segment(frames, levels=levels)
    assert [p.spans for p in finals(pieces)] == [((0, 1322),), ((1322, 1900),)]


def test_a_cut_in_the_silence_behind_the_last_word_leaves_no_empty_utterance() -> None:
    levels = [LOUD_DB] * 1480 + [QUIET_DB] * 320
    pieces, _, _ = segment(track((1480, True), (320, False)), levels=levels)
    assert [p.spans for p in finals(pieces)] == [((0, 1480),)]


def test_provisional_passes_come_only_with_new_speech() -> None:
    pieces, _, _ = segment(track((600, True), (40, False), (300, True), (1000, False)))
    seen = 0
    for piece in pieces[:-1]:
        assert piece.kind is Pass.PROVISIONAL
        assert piece.speech_frames >= seen + 50
        seen = piece.speech_frames
    assert len(pieces) > 5


def test_the_first_look_comes_after_some_words_and_again_at_a_pause() -> None:
    pieces, told, _ = segment(track((200, True), (45, False), (100, True), (100, False)))
    assert told[0] <= 160
    pausing = [t for p, t in zip(pieces, told, strict=True) if p.pausing]
    assert pausing == [200 + 19, 345 + 19]


def test_without_provisional_passes_there_are_none() -> None:
    segmenter = Segmenter(0.5, 15.0, provisional=False)
    tracker = SpanTracker()
    for frame in range(600):
        change = tracker.update(frame, True)
        assert segmenter.update(frame, change.started, change.active, True, LOUD_DB) is None


talking = st.tuples(st.integers(1, 450), st.just(True))
pausing = st.tuples(st.integers(1, 160), st.just(False))
stretches = st.lists(st.one_of(talking, talking, pausing), min_size=1, max_size=14)


@settings(max_examples=80, deadline=None)
@given(stretches, st.sampled_from([0.2, 0.5, 1.5]), st.sampled_from([3.0, 5.0, 15.0]), st.integers(0, 2**32 - 1))
def test_no_speech_is_lost_or_doubled(parts: list[tuple[int, bool]], end_s: float, longest_s: float, seed: int) -> None:
    frames = track(*parts)
    levels = np.random.default_rng(seed).uniform(-70, -20, len(frames)).tolist()
    pieces, _, speech = segment(frames, end_s=end_s, longest_s=longest_s, levels=levels)
    ended = finals(pieces)
    assert [f for p in ended for start, end in p.spans for f in range(start, end)] == speech
    assert [p.number for p in ended] == list(range(len(ended)))
    for piece in ended:
        assert piece.spans
        assert (piece.start, piece.end) == (piece.spans[0][0], piece.spans[-1][1])
        assert piece.end - piece.start <= longest_s * 100
    for earlier, later in itertools.pairwise(ended):
        assert earlier.end <= later.start


@settings(max_examples=30, deadline=None)
@given(stretches)
def test_a_provisional_piece_is_the_beginning_of_its_utterance(parts: list[tuple[int, bool]]) -> None:
    pieces, told, speech = segment(track(*parts))
    whole = {p.number: p for p in finals(pieces)}
    for piece, frame in zip(pieces, told, strict=True):
        assert piece.start == whole[piece.number].start
        spoken = {f for start, end in piece.spans for f in range(start, end)}
        assert spoken <= {f for f in speech if f <= frame}
