"""What a search costs as lexicons grow."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from voicemon.phrases.model import ForbiddenPhrase, Lexicon
from voicemon.phrases.spotter import Spotter
from voicemon.types import CharTime, Severity

GROWTH: Final = (10, 100, 1_000, 10_000)


def growth(lexicon: Lexicon) -> list[dict[str, Any]]:
    """Build and search times with 10 to 10 000 phrases of 4 to 12 syllables, over 12 s of speech (60 characters)."""
    pool = "".join(line.normalised for line in lexicon.required).translate(dict.fromkeys(map(ord, "{}|")))
    han = [c for c in pool if "\u4e00" <= c <= "\u9fff"]
    chance = np.random.default_rng(1)
    texts = ["".join(chance.choice(han, 60)) for _ in range(20)]
    said = [[CharTime(c, i * 0.2, (i + 1) * 0.2) for i, c in enumerate(text)] for text in texts]
    found = []
    for count in GROWTH:
        words = ["".join(chance.choice(han, int(chance.integers(4, 13)))) for _ in range(count)]
        phrases = tuple(ForbiddenPhrase(f"x{i}", w, w, w, "custom", Severity.WARN) for i, w in enumerate(words))
        begun = time.process_time()
        spotter = Spotter(dataclasses.replace(lexicon, forbidden=phrases))
        build_s = time.process_time() - begun
        times = [timed(spotter, chars) for chars in said[:1] + said]
        find_ms = 1e3 * statistics.median(times[1:])
        found.append({"phrases": count, "build_s": round(build_s, 3), "find_ms": round(find_ms, 2)})
        print(f"{count:6} phrases: built in {build_s:.2f} s, searched in {find_ms:.1f} ms of CPU", flush=True)
    return found


def timed(spotter: Spotter, chars: Sequence[CharTime]) -> float:
    """Seconds of CPU for one search."""
    begun = time.process_time()
    spotter.find(chars, final=True)
    return time.process_time() - begun
