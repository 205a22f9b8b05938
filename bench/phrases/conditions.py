"""What may stand between the speaker and the program."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.phrases import mixing, telephone
from voicemon.types import SPEECH_RATE_HZ, Float32

SNR_DB: Final = {"snr_15db": 15.0, "snr_10db": 10.0, "snr_5db": 5.0}
LAWS: Final = {"telephone": telephone.A_LAW, "telephone_mu": telephone.MU_LAW}
CONDITIONS: Final = ("clean", "snr_5db", "telephone", "snr_10db", "snr_15db")
"""The ones with a goal come first."""
ALL: Final = (*CONDITIONS, "telephone_mu")


def degraded(samples: Float32, condition: str, name: str, noise: Path) -> Float32:
    """Sound at 16 kHz of the recording ``name`` with its condition's noise, the same on every run."""
    snr_db = SNR_DB.get(condition)
    return samples if snr_db is None else mixing.mixed(samples, name, snr_db, noise)


def write(samples: Float32, condition: str, path: Path) -> None:
    """A WAV file, coded as the condition has it."""
    law = LAWS.get(condition)
    if law is None:
        telephone.encode(path, samples, SPEECH_RATE_HZ, "pcm_s16le")
    else:
        telephone.write(path, samples, law)
