"""Messages of alerts in the reader's language."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.strings import LANGUAGES, RULES, AlertFigures, Language, alert_text
from voicemon.strings.retell import retold

ALL = AlertFigures(
    level_db=76.34, target_db=73.0, deviation_db=-3.2, uncertainty_db=1.8, rate_cpm=263.4, target_cpm=200.0,
    range_st=1.25, seconds=6.1, limit_s=5.0, count=3, percent=41.0, unit="dBFS(A)", phrase="这不关我的事，[真的]",
    heard="这不管我的事", better="对不起：{请} 稍等。", word="百分之百", detail="Jabra Evolve2 [USB]: 2",
)  # fmt: skip


@given(st.sampled_from(RULES), st.sampled_from(LANGUAGES), st.sets(st.sampled_from(sorted(asdict(ALL)))))
def test_a_message_is_the_same_as_if_it_had_been_made_in_that_language(
    rule: str, made_in: Language, known: set[str]
) -> None:
    figures = AlertFigures(**{name: value for name, value in asdict(ALL).items() if name in known})
    for reader in LANGUAGES:
        assert retold(rule, alert_text(rule, made_in, figures)[0], reader) == alert_text(rule, reader, figures)[0]


@pytest.mark.parametrize("message", ["某个旧版本的话", "Some other version's words", "", "声音太响？"])
def test_what_this_version_did_not_write_stays_as_it_is(message: str) -> None:
    assert retold("too_loud", message, "en") == message
    assert retold("no_such_rule", message, "zh") == message


def test_masked_figures_are_kept_as_they_were_stored() -> None:
    assert retold("forbidden_phrase", "禁语：找 **** 去", "en") == "Forbidden phrase: 找 **** 去"
