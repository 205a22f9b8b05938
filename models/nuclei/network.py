"""The network in PyTorch, for training alone; the program runs the same sums in NumPy (voicemon/dsp/nuclei_net.py)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from voicemon.dsp.nuclei_features import FEATURES
from voicemon.dsp.nuclei_net import CHANNELS, DILATIONS, ENTRY_FRAMES, FRAMES_PER_STEP, TAPS


class SyllableNet(nn.Module):
    """Causal convolutions over the features; (batch, features, frames) to syllables a step, (batch, frames / 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv1d(FEATURES, CHANNELS, ENTRY_FRAMES, stride=FRAMES_PER_STEP)
        self.blocks = nn.ModuleList(nn.Conv1d(CHANNELS, CHANNELS, TAPS, dilation=d) for d in DILATIONS)
        self.exit = nn.Conv1d(CHANNELS, 1, 1)
        nn.init.constant_(self.exit.bias, -2.5)

    def forward(self, features: Tensor) -> Tensor:
        x = functional.relu(self.entry(functional.pad(features, (ENTRY_FRAMES - FRAMES_PER_STEP, 0))))
        for dilation, conv in zip(DILATIONS, self.blocks, strict=True):
            x = x + functional.relu(conv(functional.pad(x, (dilation * (TAPS - 1), 0))))
        return functional.softplus(self.exit(x))[:, 0]
