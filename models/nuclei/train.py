"""Train the syllable counter: recordings with character times in, ``nuclei.npz`` out.

    python -m models.nuclei.train --recordings DIR --spoken DIR --out voicemon/dsp/nuclei.npz

``DIR`` of recordings holds ``calls/``, ``phrases/``, ``drills/`` and ``noise/``; README.md beside this file says what
they are and which voices are never used.  Needs PyTorch, which the program itself does not.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from models.nuclei.corpus import (
    RATE,
    Float32,
    Float64,
    Generator,
    Take,
    call_takes,
    decode,
    drill_takes,
    equalised,
    noisy,
    resampled,
    reverberant,
    spoken_takes,
    stretched,
    tape_takes,
    telephone,
)
from models.nuclei.network import SyllableNet
from voicemon.dsp.nuclei_features import FEATURES, GROUP_SAMPLES, BandFeatures
from voicemon.dsp.nuclei_net import FRAMES_PER_STEP, LOOKAHEAD_STEPS
from voicemon.types import FRAMES_PER_S

HELD_OUT_VOICES = ("zf_xiaobei", "zm_yunxi")
"""One woman, one man: never heard in training, neither as speech nor as babble."""
HELD_OUT_NOISE = ("noisereduce_cafe_short.flac", "esc10_Rain_4", "esc10_Helicopter_4", "keyboard_zoom_key_m")

STEPS_PER_S = FRAMES_PER_S // FRAMES_PER_STEP
CROP_STEPS = 10 * STEPS_PER_S
BATCH = 12
WINDOWS_S = (1, 4)
SHORT_REPEATS = 3
SENTENCES_IN_A_ROW = 8
TOP_RATE = 2.5e-3
FACTORS = tuple(Fraction(n, 20) for n in (15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26))


def targets(chars: Float64, steps: int) -> Float32:
    """Syllables in each step: every character one, spread by a raised cosine over its own time."""
    grid = np.arange(steps + 1) / STEPS_PER_S
    density = np.zeros(steps)
    for start, end in chars:
        first, last = int(start * STEPS_PER_S), min(int(end * STEPS_PER_S) + 2, steps)
        phase = np.clip((grid[first : last + 1] - start) / max(end - start, 0.02), 0.0, 1.0)
        density[first:last] += np.diff(phase - np.sin(2 * np.pi * phase) / (2 * np.pi))
    return density.astype(np.float32)


def features(samples: Float32) -> Float32:
    """The program's own features of a whole recording, (frames, FEATURES)."""
    front = BandFeatures()
    groups = np.pad(samples.astype(np.float32), (0, -len(samples) % GROUP_SAMPLES)).reshape(-1, GROUP_SAMPLES)
    return np.concatenate([front.process(group) for group in groups])


def joined(takes: Sequence[Take], rng: Generator) -> Take:
    """Sentences in a row with pauses of all lengths between them."""
    parts, chars, at = [], [], 0.0
    for take in takes:
        pause = np.zeros(int(RATE * rng.choice([0.05, 0.2, 0.4, 0.8, 2.0]) * rng.uniform(0.5, 1.5)), dtype=np.float32)
        level = 10 ** (rng.normal(0, 3) / 20)
        parts += [take.samples * np.float32(level), pause]
        chars.append(take.chars + at)
        at += (len(take.samples) + len(pause)) / RATE
    return Take("joined", "", np.concatenate(parts), np.concatenate(chars))


def varied(take: Take, noises: Sequence[Float32], babble: Sequence[Float32], rng: Generator) -> Take:
    """The take as another mouth, room, microphone and line would have given it."""
    if rng.random() < 0.7:
        take = resampled(take, FACTORS[rng.integers(len(FACTORS))])
    if rng.random() < 0.4:
        take = stretched(take, float(rng.uniform(0.75, 1.6)))
    x = take.samples
    if rng.random() < 0.4:
        x = reverberant(x, rng)
    if rng.random() < 0.7:
        x = equalised(x, rng)
    kind = rng.random()
    if kind < 0.25:
        x = noisy(x, noises[rng.integers(len(noises))], rng.uniform(3, 30))
    elif kind < 0.5:
        voices = [babble[k] for k in rng.choice(len(babble), 5)]
        x = noisy(
            x, np.sum([np.resize(np.roll(v, rng.integers(len(v))), len(x)) for v in voices], axis=0), rng.uniform(5, 25)
        )
    elif kind < 0.65:
        x = noisy(x, rng.standard_normal(RATE * 3).astype(np.float32), rng.uniform(10, 45))
    if rng.random() < 0.35:
        x = telephone(x, rng)
    gain = 10 ** (rng.uniform(-55, -12) / 20) / (np.std(x) + 1e-9)
    x = np.clip(np.round(x * gain * 32768), -32768, 32767) / 32768
    return Take(take.name, take.voice, x.astype(np.float32), take.chars)


def corpus(recordings: Path, spoken: Path, held_out: Sequence[str]) -> list[Take]:
    """All takes but those in the held-out voices."""
    takes = [
        *call_takes(recordings / "calls", clean=True),
        *tape_takes(recordings / "phrases"),
        *drill_takes(recordings / "drills"),
        *spoken_takes(spoken, "train"),
    ]
    return [take for take in takes if take.voice not in held_out]


def prepared(
    takes: Sequence[Take], noises: Sequence[Float32], rounds: int, rng: Generator
) -> list[tuple[Float32, Float32]]:
    """(features, targets) of every take in ``rounds`` variations."""
    babble = [take.samples for take in takes if len(take.samples) > 10 * RATE]
    short = [take for take in takes if len(take.samples) <= 20 * RATE]
    long = [take for take in takes if len(take.samples) > 20 * RATE]
    out = []
    for _ in range(rounds):
        # Single sentences cover more voices and rates than the long takes, so they come more often.
        order = np.concatenate([rng.permutation(len(short)) for _ in range(SHORT_REPEATS)])
        rows = [order[i : i + SENTENCES_IN_A_ROW] for i in range(0, len(order), SENTENCES_IN_A_ROW)]
        pool = long + [joined([short[k] for k in row], rng) for row in rows]
        for take in pool:
            v = varied(take, noises, babble, rng)
            f = features(v.samples)
            out.append((f.astype(np.float16), targets(v.chars, len(f) // FRAMES_PER_STEP)))
    return out


def batch(
    data: Sequence[tuple[Float32, Float32]], weights: Float64, rng: Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Random crops; the targets come :data:`LOOKAHEAD_STEPS` late, as the network gives them."""
    xs = np.zeros((BATCH, CROP_STEPS * FRAMES_PER_STEP, FEATURES), dtype=np.float32)
    ys = np.zeros((BATCH, CROP_STEPS), dtype=np.float32)
    for row, k in enumerate(rng.choice(len(data), BATCH, p=weights)):
        f, y = data[k]
        at = int(rng.integers(0, max(1, len(y) - CROP_STEPS)))
        piece = f[at * FRAMES_PER_STEP : (at + CROP_STEPS) * FRAMES_PER_STEP]
        xs[row, : len(piece)] = piece
        late = y[at : at + CROP_STEPS - LOOKAHEAD_STEPS]
        ys[row, LOOKAHEAD_STEPS : LOOKAHEAD_STEPS + len(late)] = late
    return torch.from_numpy(xs).transpose(1, 2), torch.from_numpy(ys)


def loss_of(out: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Poisson likelihood by step (where syllables are), relative error of counts over windows (how many there are)."""
    by_step = (out - y * torch.log(out + 1e-6)).mean() * 10
    by_window = torch.zeros(())
    for window_s in WINDOWS_S:
        size = window_s * STEPS_PER_S
        got, true = (v.unfold(1, size, size // 2).sum(2) for v in (out, y))
        by_window = by_window + ((got - true) ** 2 / (true + 1.0)).mean()
    return by_step, by_window


def train(
    data: Sequence[tuple[Float32, Float32]], updates: int, seed: int, limit_s: float, start: Path | None
) -> SyllableNet:
    """AdamW; the rate rises over a tenth and falls to nothing; ``limit_s`` shortens the course, not the fall."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    lengths = np.array([len(y) for _, y in data], dtype=np.float64)
    net = SyllableNet()
    if start is not None:
        imported(net, start)
    optimiser = torch.optim.AdamW(net.parameters(), lr=TOP_RATE, weight_decay=1e-2)
    begun, running = time.monotonic(), np.zeros(2)
    for k in range(updates):
        progress = max(k / updates, (time.monotonic() - begun) / limit_s)
        if progress >= 1:
            break
        rate = TOP_RATE * min(progress / 0.1 + 0.01, 1.0, 0.5 * (1 + np.cos(np.pi * progress)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        x, y = batch(data, lengths / lengths.sum(), rng)
        by_step, by_window = loss_of(net(x), y)
        optimiser.zero_grad()
        (by_step + by_window).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        running += (by_step.item(), by_window.item())
        if k % 100 == 99:
            print(
                f"{k + 1} {time.monotonic() - begun:.0f} s  step {running[0] / 100:.4f}  window {running[1] / 100:.4f}",
                flush=True,
            )
            running[:] = 0
    return net


def imported(net: SyllableNet, path: Path) -> None:
    """Go on from weights written by :func:`exported`."""
    with np.load(path) as data:
        state = {}
        for name, like in net.state_dict().items():
            v = data[name].astype(np.float32)
            if like.ndim == 3:
                out_channels, in_channels, taps = like.shape
                v = v.reshape(taps, in_channels, out_channels).transpose(2, 1, 0)
            state[name] = torch.from_numpy(np.ascontiguousarray(v).reshape(like.shape))
    net.load_state_dict(state)


def exported(net: SyllableNet) -> dict[str, np.ndarray]:
    """Weights as the program wants them: (taps x channels in, channels out), half precision."""
    out = {}
    for name, value in net.state_dict().items():
        v = value.numpy()
        if v.ndim == 3:
            v = v.transpose(2, 1, 0).reshape(-1, v.shape[0])
        if name.startswith("exit"):
            v = v.reshape(-1) if name.endswith("weight") else v[0]
        out[name] = np.asarray(v, dtype=np.float16)
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recordings", type=Path, required=True)
    parser.add_argument("--spoken", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--updates", type=int, default=3000)
    parser.add_argument("--limit-s", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", nargs="*", default=list(HELD_OUT_VOICES))
    a = parser.parse_args()
    rng = np.random.default_rng(a.seed)
    noises = [
        decode(path)[0]
        for path in sorted((a.recordings / "noise").glob("*.flac"))
        if not path.name.startswith(HELD_OUT_NOISE)
    ]
    takes = corpus(a.recordings, a.spoken, a.held_out)
    hours = sum(len(take.samples) for take in takes) / RATE / 3600
    print(f"{len(takes)} takes, {hours:.2f} h, voices {sorted({take.voice for take in takes})}", flush=True)
    data = prepared(takes, noises, a.rounds, rng)
    print(f"{sum(len(y) for _, y in data) / STEPS_PER_S / 3600:.2f} h varied", flush=True)
    net = train(data, a.updates, a.seed, a.limit_s, a.start)
    np.savez_compressed(a.out, **exported(net))


if __name__ == "__main__":
    main()
