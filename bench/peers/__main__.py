"""Our live policy, LocalAgreement-2 and whole-file recognition: phrases found, false alarms, latency, cost.

    python -m bench.peers [--quick] [--minutes N] [--conditions clean …] [--calls ID …] [--tapes ID …]

All hear the same sound with the same model (base, 8 bits, one thread) and are scored alike; each works in a process of
its own, one at a time.  Latency is simulated: a result is there when one core could have computed it, the sound coming
in real time and work waiting in turn, with the CPU time that it took here; for "free" computing takes no time, and each
second has its pass.  Whole-file recognition begins when the call is over, so it has a lag and no latency.  Alarms that
were withdrawn count as false too.  Ctrl-C ends with the figures so far.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.peers.children import QUICK_SYSTEMS, SYSTEMS, Child
from bench.peers.material import FULL, QUICK, Choice, Take, takes
from bench.peers.scoring import Alike, alike, occurrences, tally
from bench.peers.search import Find, alarms, by_sound, exact
from bench.peers.systems import Run
from bench.peers.table import HEAD, Result, rows
from bench.phrases.conditions import CONDITIONS
from bench.report import SPEECH, table, write
from bench.usage_of import machine
from voicemon.phrases.lexicon import load


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    choice, name = _choice(options), "peers_quick" if options.quick else "peers"
    lexicons = (options.speech / "phrases" / "custom_lexicon.yaml",)
    lexicon = load(lexicons)
    searches, same = {"exact text": exact(lexicon), "our search": by_sound(lexicon)}, alike(lexicon)
    results: list[Result] = []
    figures: dict[str, Any] = {}
    load_1min, before = [os.getloadavg()[0]], machine()
    with ExitStack() as stack:
        children = {system: stack.enter_context(Child(system, lexicons)) for system in _systems(options)}
        stack.enter_context(suppress(KeyboardInterrupt))
        for take in takes(choice, options.speech):
            for system, run in heard(children, take):
                found = judged(take, system, run, searches, same)
                results += found
                print(_line(found), flush=True)
            load_1min.append(os.getloadavg()[0])
            peaks = {system: child.peak_mb() for system, child in children.items()}
            figures = {
                "seconds_of_each": choice.seconds,
                "load_1min": load_1min,
                "stolen_core_s": machine().steal_s - before.steal_s,
                "peak_mb": peaks,
                "head": HEAD,
                "rows": rows(results, peaks),
                "takes": [r.record() for r in results],
            }
            write(name, figures)
    if figures:
        print(table(HEAD, figures["rows"]))
        loads = f"{min(load_1min):.1f} to {max(load_1min):.1f}"
        print(f"\nload average over a minute {loads}, stolen by the host {figures['stolen_core_s']:.0f} core-s")


def heard(children: Mapping[str, Child], take: Take) -> Iterable[tuple[str, Run]]:
    """What each system makes of ``take``, in turn: what else the machine does then falls on all of them alike."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "take.wav"
        take.write(path)
        for name, child in children.items():
            yield name, child.run(path)


def judged(take: Take, system: str, run: Run, searches: Mapping[str, Find], same: Alike) -> list[Result]:
    """A system that searches itself by its own alarms, another's text by every search."""
    if run.records or not run.batches:
        found = {"our search": occurrences(run.records, same)}
    else:
        found = {name: alarms(run.batches, find) for name, find in searches.items()}
    return [
        Result(take.name, take.half, take.kind, take.condition, system, name, tally(take.said, raised, same), run)
        for name, raised in found.items()
    ]


def _line(found: Sequence[Result]) -> str:
    first = found[0]
    hits = "; ".join(f"{r.search} {r.tally.found}/{r.tally.said}, {r.tally.false} false" for r in found)
    rate = first.run.core_s / first.run.audio_s
    return f"{first.take} {first.condition} {first.system}: {hits}; {rate:.2f} core-s/s"


def _choice(options: argparse.Namespace) -> Choice:
    choice = QUICK if options.quick else FULL
    given = {k: tuple(v) for k in ("calls", "tapes", "conditions") if (v := getattr(options, k)) is not None}
    seconds = choice.seconds if options.minutes is None else 60 * options.minutes
    return replace(choice, seconds=seconds, **given)


def _systems(options: argparse.Namespace) -> Sequence[str]:
    return options.systems or (QUICK_SYSTEMS if options.quick else tuple(SYSTEMS))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two calls, two minutes of one tape, three systems")
    parser.add_argument("--minutes", type=float, help="of each recording")
    parser.add_argument("--calls", nargs="*")
    parser.add_argument("--tapes", nargs="*")
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS)
    parser.add_argument("--speech", type=Path, default=SPEECH)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
