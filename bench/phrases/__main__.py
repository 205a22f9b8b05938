"""Recall, false alarms, latency and cost of the phrase search in the live program, on recordings with known truth.

    python -m bench.phrases [--conditions clean …] [--sets tapes …] [--part fit|held_out] [--minutes N] [--growth-only]
                            [--tapes FOLDER] [--systems ours …] [--peer-minutes N] [--texts FOLDER] [--fresh]

A recording goes through the whole live chain (meters, utterances, provisional and final passes, alarms confirmed or
withdrawn), from a file, in a microphone's blocks; latency is simulated on one core, as ``bench.peers`` does it.  The
conditions: as recorded; real noise at 15, 10 and 5 dB over active speech (P.56); A-law at 8 kHz (``telephone_mu``:
µ-law).  Sets: phrase tapes and calls with forbidden phrases; people reading and sounds without any.  ``--tapes`` takes
any folder of NAME.flac with NAME.truth.json and, where wanted, a custom_lexicon.yaml, as a set of its own.  Beside it,
in quiet: exact text on faster-whisper's own ``transcribe`` and on LocalAgreement-2, which costs more than real time.

Runs are kept in ``.bench-cache`` and taken from there while sound, program, model, lexicons and libraries are the same.
Only a run over everything writes ``phrases.json``; a choice writes ``phrases_part.json``.  Ctrl-C ends with the figures
so far.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

from bench.phrases.conditions import ALL, CONDITIONS
from bench.phrases.document import Document
from bench.phrases.growth import growth
from bench.phrases.material import SETS, recordings, tapes
from bench.phrases.running import PEERS, Plan, Runner, works
from bench.report import SPEECH, write
from bench.usage_of import machine
from voicemon.phrases.lexicon import load

CACHE: Final = Path(__file__).resolve().parents[2] / ".bench-cache" / "phrases"


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    if options.growth_only:
        write(options.name or "phrases_growth", {"growth": growth(load())})
        return
    plan = _plan(options)
    document = Document(plan, options.texts)
    stolen_s, begun = machine().steal_s, time.monotonic()
    with ExitStack() as stack:
        runner = stack.enter_context(Runner(CACHE, fresh=options.fresh))
        stack.enter_context(suppress(KeyboardInterrupt))
        for work in works(plan):
            print(document.add(work, runner.run(work)), flush=True)
            figures = document.figures()
            spent = {"wall_s": time.monotonic() - begun, "stolen_core_s": machine().steal_s - stolen_s}
            write(_name(options), {**figures, **spent, "load_1min": os.getloadavg()[0]})
    if _everything(options):
        document.growth = growth(load())
        write(_name(options), {**document.figures(), **spent})
    print(document.table())


def _plan(options: argparse.Namespace) -> Plan:
    chosen = options.sets if options.sets is not None else () if options.tapes else SETS
    found = [r for kind in chosen for r in recordings(kind, options.speech)]
    if options.tapes is not None:
        found += tapes(options.tapes, options.tapes.resolve().name)
    seconds = None if options.minutes is None else 60 * options.minutes
    kept = tuple(r.cut(seconds) for r in found if options.part in (None, r.part))
    peer_seconds = None if options.peer_minutes is None else 60 * options.peer_minutes
    return Plan(kept, tuple(options.conditions), tuple(options.systems), options.speech / "noise", peer_seconds)


def _everything(options: argparse.Namespace) -> bool:
    narrowed: list[Any] = [options.sets, options.part, options.minutes, options.tapes]
    return all(n is None for n in narrowed) and set(options.conditions) >= set(CONDITIONS) and "ours" in options.systems


def _name(options: argparse.Namespace) -> str:
    return options.name or ("phrases" if _everything(options) else "phrases_part")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conditions", nargs="+", choices=ALL, default=CONDITIONS)
    parser.add_argument("--sets", nargs="+", choices=SETS)
    parser.add_argument("--part", choices=("fit", "held_out"))
    parser.add_argument("--minutes", type=float, help="of each recording")
    parser.add_argument("--growth-only", action="store_true", help="no recordings, only the cost of larger lexicons")
    parser.add_argument("--tapes", type=Path, metavar="FOLDER", help="more tapes, as a set of their own")
    parser.add_argument("--systems", nargs="+", choices=("ours", *PEERS), default=("ours", *PEERS))
    parser.add_argument("--peer-minutes", type=float, help="of each recording for all but ours")
    parser.add_argument("--name", help="of the result, instead of phrases and phrases_part")
    parser.add_argument("--texts", type=Path, metavar="FOLDER", help="write what was heard there")
    parser.add_argument("--fresh", action="store_true", help="take nothing from earlier runs")
    parser.add_argument("--speech", type=Path, default=SPEECH)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
