"""Device losses in mid-word with the whole program: ``python -m bench.losses [--count 50] [--no-asr] [--seed 1]``.

The agent of the development calls speaks without pause into a virtual microphone; again and again its sink is unloaded
at some moment and put back a little later, with the dashboard on; ``q`` ends the run.  All times are those at which a
line appeared in the events file.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.matching import Record, percentile
from bench.playlist import DEV_CALLS, agent_pcm, pieces, truth_of
from bench.report import SPEECH, table, write
from bench.running import Tail, Terminal, live_command
from bench.virtual_mic import SINK_RATE_HZ, Player, VirtualMicrophone
from voicemon.types import Int16

OUTAGE_S: Final = (0.3, 3.0)
SPOKEN_S: Final = (2.0, 4.0)
"""Speech before the next loss, from the return on: the player's second of buffer is heard first."""

READY_S: Final = 60.0
NOTICED_S: Final = 5.0
RETURNED_S: Final = 15.0
CLOSED_S: Final = 0.35
"""An utterance that the loss cut ends so near to the beginning of the gap: a word's inner pauses are shorter."""
QUIT_S: Final = 60.0


@dataclass(frozen=True)
class Loss:
    """One loss; ``None`` is what did not come in time."""

    outage_s: float
    noticed_s: float | None
    """From the unloading to the first record of it, a gap or an alert."""
    back_s: float | None
    """From the reloading to the gap that says that sound is back."""
    level_s: float | None
    """From the reloading to the first second of level."""
    gap_s: float
    """The gaps' length together."""
    in_speech: bool
    """An utterance had been going on: it was closed at the gap."""
    calls_open: int


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-asr", action="store_true")
    parser.add_argument("--speech", type=Path, default=SPEECH)
    parser.add_argument("--name", default="losses", help="Of the result; a dash writes none.")
    options = parser.parse_args(arguments)
    figures = run((options.speech / "calls").resolve(), options.count, options.seed, asr=not options.no_asr)
    print(table(["figure", "value"], [[k, v] for k, v in figures.items() if k != "all"]))
    if options.name != "-":
        print(f"\nwritten: {write(options.name, figures).name}")


def run(calls: Path, count: int, seed: int, *, asr: bool) -> dict[str, Any]:
    """Lose the device ``count`` times; gives the figures."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="losses") as name:
        folder = Path(name)
        tail = Tail(folder / "events.jsonl")
        with VirtualMicrophone(folder) as microphone, tail.follow():
            command = live_command(folder / "events.jsonl", *(() if asr else ("--no-asr",)))
            program = Terminal(folder, command, microphone.whole_environment())
            try:
                if tail.wait_for(lambda r: r["type"] == "health" and r["asr"] in ("off", "ready"), READY_S) is None:
                    raise SystemExit("the program did not become ready:\n" + "\n".join(program.screen()))
                losses = [lose(microphone, tail, calls, chance) for _ in range(count) if program.exit_code() is None]
                ended = time.monotonic()
                program.press("q")
                code = program.wait(QUIT_S)
                words = [line for line in program.screen() if "voicemon:" in line]
            finally:
                program.close()
        tail.read()
    return summary(losses, count, tail, ended, code) | {"last words": words}


def lose(microphone: VirtualMicrophone, tail: Tail, calls: Path, chance: random.Random) -> Loss:
    """Speak for a while, unload the sink in the middle of it, put it back, and look what was told of it."""
    speech = spoken(calls, chance.randrange(len(DEV_CALLS)))
    player = Player(microphone, speech)
    time.sleep(chance.uniform(*SPOKEN_S))
    tail.read()
    since = len(tail.records)
    pulled = time.monotonic()
    microphone.pull_out()
    noticed = tail.wait_for(_tells_of_loss, NOTICED_S, since)
    player.stop()
    time.sleep(max(0.0, pulled + chance.uniform(*OUTAGE_S) - time.monotonic()))
    tail.read()
    before = len(tail.records)
    microphone.plug_in()
    put_back = time.monotonic()
    back = tail.wait_for(lambda r: r["type"] == "gap", RETURNED_S, before)
    level = tail.wait_for(lambda r: r["type"] == "level", RETURNED_S, before)
    told = [record for _, record in tail.records[since:]]
    gaps = [r for r in told if r["type"] == "gap"]
    return Loss(
        outage_s=round(put_back - pulled, 3),
        noticed_s=_after(noticed, pulled),
        back_s=_after(back, put_back),
        level_s=_after(level, put_back),
        gap_s=round(sum(g["end"] - g["start"] for g in gaps), 3),
        in_speech=bool(gaps) and _cut(told, gaps[0]),
        calls_open=sum(r["type"] == "session" for r in told),
    )


def _tells_of_loss(record: Record) -> bool:
    return bool(record["type"] == "gap" or (record["type"] == "alert" and record["rule"] == "device_lost"))


def _cut(told: Sequence[Record], gap: Record) -> bool:
    """An utterance ends at the gap, and was told of before or with it."""
    return any(r["type"] == "utterance" and abs(r["end"] - gap["start"]) <= CLOSED_S for r in told)


def _after(moment: float | None, begun: float) -> float | None:
    return None if moment is None else round(moment - begun, 3)


def spoken(calls: Path, first: int) -> Iterator[Int16]:
    """The agents' turns, call after call from call number ``first`` on, without the pauses between them, for ever."""
    for name in itertools.islice(itertools.cycle(DEV_CALLS), first, None):
        samples = agent_pcm(calls, name, SINK_RATE_HZ)
        spans = truth_of(calls, name)["speech"]["agent"]
        edges = [(round(start * SINK_RATE_HZ), round(end * SINK_RATE_HZ)) for start, end in spans]
        yield from pieces(np.concatenate([samples[start:end] for start, end in edges]), SINK_RATE_HZ)


def summary(losses: Sequence[Loss], count: int, tail: Tail, ended: float, code: int | None) -> dict[str, Any]:
    """The figures over all losses; ``ended``: when the program was asked to end."""
    noticed = [loss.noticed_s for loss in losses if loss.noticed_s is not None]
    back = [loss.back_s for loss in losses if loss.back_s is not None]
    level = [loss.level_s for loss in losses if loss.level_s is not None]
    beyond = [loss.gap_s - loss.outage_s for loss in losses if loss.back_s is not None]
    alerts = [r for r in tail.of("alert") if r["rule"] == "device_lost"]
    return {
        "losses": len(losses),
        "asked for": count,
        "noticed": len(noticed),
        "returned": len(back),
        "noticed, median s": percentile(noticed, 50),
        "noticed, worst s": max(noticed, default=None),
        "sound back, median s": percentile(back, 50),
        "sound back, worst s": max(back, default=None),
        "first level, worst s": max(level, default=None),
        "gap beyond the outage, median s": round(statistics.median(beyond), 3) if beyond else None,
        "gap beyond the outage, least and most s": [round(min(beyond), 3), round(max(beyond), 3)] if beyond else None,
        "utterances cut and closed": sum(loss.in_speech for loss in losses),
        "device_lost alerts": len(alerts),
        "gap causes": sorted({r["cause"] for r in tail.of("gap")}),
        "clock against the wall, worst s": _clock_error_s(tail, ended),
        "sessions": len(tail.of("session")),
        "summaries": len(tail.of("summary")),
        "exit code": code,
        "all": [asdict(loss) for loss in losses],
    }


def _clock_error_s(tail: Tail, ended: float) -> float | None:
    """How far the source's clock is from the wall's over the run: seconds of level by when they were seen.

    Sound is told of late, never early, so that the least delay before the first loss and after the last are compared.
    """
    delays = [(seen, seen - r["t"]) for seen, r in tail.records if r["type"] == "level" and seen < ended]
    first_loss = next((seen for seen, r in tail.records if r["type"] == "gap"), ended)
    last_loss = max((seen for seen, r in tail.records if r["type"] == "gap" and seen < ended), default=ended)
    before = [delay for seen, delay in delays if seen < first_loss]
    after = [delay for seen, delay in delays if seen > last_loss]
    return round(min(after) - min(before), 3) if before and after else None


if __name__ == "__main__":
    main()
