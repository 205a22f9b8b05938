"""The manual's example is a lexicon that loads, and does what is written beside it."""

from __future__ import annotations

import re
from pathlib import Path

from voicemon.phrases.lexicon import load
from voicemon.phrases.model import WordLimit
from voicemon.phrases.review import Doubt, review

MANUAL = Path(__file__).resolve().parents[3] / "docs/lexicons.md"


def test_the_manuals_example_loads_and_is_found(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "manual.yaml"
    path.write_text(example, encoding="utf-8")
    lexicon = load([path])
    assert lexicon.phrase("x01").better == "我帮您转接负责的同事，好吗？"
    assert WordLimit("百分之百", 1, 3) in lexicon.limits
    assert all(phrase.id != "f14" for phrase in lexicon.forbidden)
    doubts = {w.doubt for w in review(lexicon, {"x01"}).warnings}
    assert doubts.isdisjoint({Doubt.NOT_FOUND, Doubt.NEGATIVE_ALARMS})
