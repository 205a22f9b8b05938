"""Hypothesis strategies for anything that a snapshot could ever hold."""

from __future__ import annotations

from hypothesis import strategies as st

from voicemon.types import (
    AlertLine,
    Band,
    BandState,
    Calibration,
    CalibrationStatus,
    Caption,
    CharTime,
    HealthSnapshot,
    HitStatus,
    LevelSnapshot,
    PhraseHit,
    RateSnapshot,
    Role,
    Severity,
    Snapshot,
    SourceInfo,
    TurnsSnapshot,
)
from voicemon.ui.player import PlayerView

TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="您好，这不关我的事abc 123\n\t\x1b[31m\u0301\u200d\ufe0f👩‍👩‍👧🇨🇳﷽　", max_size=120),
)
ANY = st.floats(allow_nan=True, allow_infinity=True)
MAYBE = st.none() | ANY | st.floats(-100, 400)
TIMES = st.floats(0, 1e6)
COUNTS = st.integers(0, 10**9)


@st.composite
def bands(draw: st.DrawFn) -> Band:
    edges = sorted(draw(st.lists(st.floats(-100, 600), min_size=5, max_size=5)))
    return Band(*edges)


CALIBRATIONS = st.builds(Calibration, st.sampled_from(CalibrationStatus), MAYBE, MAYBE)
STATES = st.none() | st.sampled_from(BandState)
HISTORY = st.lists(MAYBE, max_size=40).map(tuple)
LEVELS = st.builds(
    LevelSnapshot, CALIBRATIONS, MAYBE, st.none() | bands(), MAYBE, MAYBE, MAYBE, STATES, HISTORY, st.booleans()
)
RATES = st.builds(RateSnapshot, bands(), MAYBE, MAYBE, MAYBE, st.none() | st.just("nuclei"), STATES, HISTORY)
STRIPS = st.lists(st.booleans(), max_size=300).map(tuple)
TURNS = st.builds(
    TurnsSnapshot,
    st.booleans(),
    st.none() | st.booleans(),
    ANY,
    st.floats(1, 600),
    st.booleans(),
    STRIPS,
    st.none() | STRIPS,
    ANY,
    MAYBE,
)
HITS = st.builds(
    PhraseHit, TEXT, TEXT, TEXT, TEXT, TIMES, TIMES, TEXT, st.floats(0, 1), st.sampled_from(HitStatus), TEXT
)
CHARS = st.lists(st.builds(CharTime, st.characters(), TIMES, TIMES), max_size=10).map(tuple)
CAPTIONS = st.builds(
    Caption, COUNTS, TIMES, TIMES, TEXT, CHARS, st.booleans(), st.none() | TEXT, st.lists(HITS, max_size=2).map(tuple)
)
RULES = st.sampled_from(["too_loud", "too_fast", "dead_air", "forbidden_phrase", "device_lost", "asr_behind", "other"])
ALERTS = st.builds(AlertLine, TIMES, RULES, st.sampled_from(Severity), TIMES, TIMES, TEXT, TEXT)
HEALTH = st.builds(
    HealthSnapshot,
    st.sampled_from(["off", "loading", "ready", "behind", "failed"]),
    st.none() | TEXT,
    MAYBE,
    st.floats(0, 1e7),
    COUNTS,
    COUNTS,
    COUNTS,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
SOURCES = st.builds(SourceInfo, TEXT, st.integers(8000, 192_000), st.just((Role.AGENT,)), st.none() | TIMES)
SNAPSHOTS = st.builds(
    Snapshot,
    TIMES,
    SOURCES,
    LEVELS,
    RATES,
    TURNS,
    st.lists(CAPTIONS, max_size=4).map(tuple),
    st.lists(ALERTS, max_size=6).map(tuple),
    st.dictionaries(TEXT, COUNTS, max_size=4),
    HEALTH,
    st.lists(TIMES, max_size=3).map(tuple),
)
PLAYERS = st.none() | st.builds(
    PlayerView,
    TIMES,
    st.none() | TIMES,
    st.floats(0, 100),
    st.booleans(),
    TIMES,
    st.lists(TIMES, max_size=5).map(tuple),
)
