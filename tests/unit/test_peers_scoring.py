"""The simulated core, the search in a growing text and the scorer of the bench of peers."""

from __future__ import annotations

import math

import pytest

from bench.peers.agreement import Piece
from bench.peers.clock import OneCore
from bench.peers.scoring import Alarm, Said, alike, occurrences, tally, total
from bench.peers.search import alarms, by_sound, exact
from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon


class Cpu:
    """A process's CPU time, set by hand."""

    def __init__(self) -> None:
        self.s = 5.0

    def __call__(self) -> float:
        return self.s


def same(a: str, b: str) -> bool:
    return a == b


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


def spoken(text: str, start: float = 0.0) -> tuple[Piece, ...]:
    return tuple(Piece(c, start + i / 4, start + (i + 1) / 4) for i, c in enumerate(text))


def test_work_waits_for_the_core_and_the_core_for_work() -> None:
    cpu = Cpu()
    core = OneCore(cpu)
    ends = []
    for arrival_s, cost_s in ((1.0, 1.5), (2.0, 0.25), (4.0, 0.25)):
        core.begin(arrival_s)
        cpu.s += cost_s
        assert core.now() == pytest.approx(max(arrival_s, ends[-1] if ends else 0.0) + cost_s)
        core.end()
        ends.append(core.free_s)
    assert ends == pytest.approx([2.5, 2.75, 4.25])
    assert core.costs_s == pytest.approx([1.5, 0.25, 0.25])


def test_on_an_endless_core_work_takes_no_time_and_costs_the_same() -> None:
    cpu = Cpu()
    core = OneCore(cpu, math.inf)
    core.begin(1.0)
    cpu.s += 3.0
    core.end()
    assert (core.free_s, core.costs_s) == (1.0, [3.0])


def test_an_alarm_is_found_by_id_and_place_and_is_late_by_the_end_of_what_was_said() -> None:
    said = [Said("f01", 10.0, 11.0), Said("f02", 20.0, 21.0)]
    raised = [Alarm("f01", 10.2, 11.2, 11.9), Alarm("f01", 20.0, 21.0, 22.0), Alarm("f02", 40.0, 41.0, 42.0)]
    result = tally(said, raised, same)
    assert (result.said, result.found, result.misnamed, result.false) == (2, 1, 1, 1)
    assert result.missed == ("f02",)
    assert result.latency_s == pytest.approx((0.9,))


def test_an_alarm_on_a_part_is_late_by_that_part() -> None:
    assert tally([Said("f01", 0.0, 9.0)], [Alarm("f01", 0.0, 2.0, 3.0)], same).latency_s == (1.0,)


def test_a_withdrawn_alarm_finds_nothing_and_is_false_where_nothing_was_said() -> None:
    raised = [Alarm("f01", 0.0, 1.0, 1.5, withdrawn=True), Alarm("f01", 30.0, 31.0, 31.5, withdrawn=True)]
    result = tally([Said("f01", 0.0, 1.0)], raised, same)
    assert (result.found, result.false, result.false_withdrawn) == (0, 1, 1)
    assert total([result, result]).false == 2


def test_our_records_of_one_place_are_one_alarm_at_the_time_of_the_first() -> None:
    record = {"id": "f01", "start": 1.0, "end": 2.0}
    records = [
        {**record, "status": "provisional", "at": 2.5},
        {**record, "status": "confirmed", "at": 3.5},
        {**record, "start": 8.0, "end": 9.0, "status": "provisional", "at": 9.5},
        {**record, "start": 8.0, "end": 9.0, "status": "withdrawn", "at": 10.5},
    ]
    assert occurrences(records, same) == [Alarm("f01", 1.0, 2.0, 2.5), Alarm("f01", 8.0, 9.0, 9.5, withdrawn=True)]


def test_two_scenes_with_one_sentence_are_alike(lexicon: Lexicon) -> None:
    assert alike(lexicon)("f03", "f07")
    assert not alike(lexicon)("f03", "f09")


def test_exact_text_is_found_over_two_batches_once_when_it_is_whole(lexicon: Lexicon) -> None:
    batches = [(5.0, spoken("您好什么你")), (6.0, spoken("說什么呀", 1.25)), (7.0, spoken("再见", 2.25))]
    found = alarms(batches, exact(lexicon), cpu=lambda: 0.0)
    assert [(a.id, a.start, a.end, a.at) for a in found] == [("f05", 0.5, 2.0, 6.0)]


def test_a_wrong_character_hides_a_phrase_from_exact_text_and_not_from_our_search(lexicon: Lexicon) -> None:
    batches = [(9.0, spoken("嘴八干净一点这又不是我的错"))]
    assert [a.id for a in alarms(batches, by_sound(lexicon))] == ["f09"]
    missed = [(9.0, spoken("打错点话了请看清楚后在拨"))]
    assert alarms(missed, exact(lexicon)) == []
    assert [a.id for a in alarms(missed, by_sound(lexicon))] == ["f06"]
