"""A recording as a source: the agent's and the customer's channels, cut into blocks, never the whole file in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import numpy as np

from voicemon.audio.container import RecordingFormat, probe
from voicemon.audio.decode import Decoder
from voicemon.audio.finite import without_invalid
from voicemon.errors import ConfigError, InputError
from voicemon.types import Block, Float32, Gap, Role, SourceInfo

BLOCK_S: Final = 1.0
"""Long enough that NumPy's cost a call vanishes, short enough to cost little memory: 384 kB at 48 kHz, two channels."""

FLOAT_FORMATS: Final = frozenset({"flt", "dbl"})
"""Only these can hold what is not a number."""

Customer = int | None | Literal["auto"]


class RecordingSource:
    """Blocks of one recording at its own sample rate; each iteration reads it anew from the start.

    ``customer_channel`` ``"auto"``: the other one of two channels, and none for recordings of one or of more than two.
    ``None`` leaves a role out.  The rows of the blocks stand as in ``info.roles``: agent, then customer.

    Raises :class:`InputError` where the file is no recording or lacks a channel, :class:`ConfigError` for channels that
    contradict each other.  After an iteration :attr:`truncated` and :attr:`warnings` say what was wrong with the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        agent_channel: int | None = 0,
        customer_channel: Customer = "auto",
        block_s: float = BLOCK_S,
    ) -> None:
        if not block_s > 0:
            raise ValueError(f"block_s must be positive, not {block_s}")
        self._path = path
        self._format = probe(path)
        roles = _assign(self._format, path, agent_channel, customer_channel)
        rows = list(roles.values())
        self._rows = slice(rows[0], rows[-1] + 1) if rows == list(range(rows[0], rows[-1] + 1)) else rows
        self._block = max(1, round(block_s * self._format.sample_rate))
        self._info = SourceInfo(path.name, self._format.sample_rate, tuple(roles), self._format.claim.duration_s)
        self._closed = False
        self._truncated = False
        self._warnings: tuple[str, ...] = ()

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def truncated(self) -> bool:
        """Whether the recording is shorter than its own header or container says; known after an iteration."""
        return self._truncated

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the results should know of the recording, one line each; complete after an iteration."""
        return self._warnings

    def close(self) -> None:
        self._closed = True

    def __iter__(self) -> Iterator[Block | Gap]:
        decoder = Decoder(self._path, self._format)
        self._truncated, self._warnings = False, ()
        items = self._cut(decoder)
        if self._format.sample_format in FLOAT_FORMATS:
            items = without_invalid(items, self._format.sample_rate)
        for item in _joined(items):
            if self._closed:
                return
            yield item
        if not self._closed:
            self._judge(decoder)

    def _cut(self, decoder: Decoder) -> Iterator[Block | Gap]:
        """The decoder's pieces as float blocks of even length; a short one before a gap and at the end."""
        start = filled = 0
        buffer = self._buffer()
        for item in decoder:
            if isinstance(item, Gap):
                if filled:
                    yield Block(start, buffer[:, :filled])
                    buffer = self._buffer()
                yield item
                start, filled = item.end, 0
                continue
            taken = 0
            while taken < item.raw.shape[1]:
                take = min(self._block - filled, item.raw.shape[1] - taken)
                item.write_to(buffer[:, filled : filled + take], self._rows, taken)
                taken += take
                filled += take
                if filled == self._block:
                    yield Block(start, buffer)
                    start, filled, buffer = start + filled, 0, self._buffer()
        if filled:
            yield Block(start, buffer[:, :filled])

    def _buffer(self) -> Float32:
        return np.empty((len(self._info.roles), self._block), np.float32)

    def _judge(self, decoder: Decoder) -> None:
        rate = self._format.sample_rate
        found: list[str] = []
        if decoder.failure is not None:
            found.append(f"the recording cannot be read beyond {decoder.samples / rate:.2f} s: {decoder.failure}")
        elif (shortfall := self._format.claim.shortfall(decoder.samples, rate)) is not None:
            found.append(shortfall)
        self._truncated = bool(found)
        if self._format.streams > 1:
            found.append(f"the recording has {self._format.streams} audio tracks, of which the first was read")
        self._warnings = tuple(found)


def _assign(form: RecordingFormat, path: Path, agent: int | None, customer: Customer) -> dict[Role, int]:
    if customer == "auto":
        customer = 1 - agent if form.channels == 2 and agent in (0, 1) else None
    roles = {role: channel for role, channel in ((Role.AGENT, agent), (Role.CUSTOMER, customer)) if channel is not None}
    if not roles:
        raise ConfigError("neither the agent nor the customer has a channel", "give at least one of the two channels")
    if len(set(roles.values())) < len(roles):
        raise ConfigError(f"agent and customer both have channel {agent}", "give different channels, or none for one")
    for role, channel in roles.items():
        if not 0 <= channel < form.channels:
            has = "only channel 0" if form.channels == 1 else f"channels 0 to {form.channels - 1}"
            raise InputError(f"{path}: no channel {channel}, it has {has}", f"set --{role.value}-channel")
    return roles


def _joined(items: Iterator[Block | Gap]) -> Iterator[Block | Gap]:
    """Gaps that touch and have one cause become one."""
    pending: Gap | None = None
    for item in items:
        if isinstance(item, Gap) and pending is not None and (pending.end, pending.cause) == (item.start, item.cause):
            pending = Gap(pending.start, item.end, item.cause)
            continue
        if pending is not None:
            yield pending
        pending = item if isinstance(item, Gap) else None
        if not isinstance(item, Gap):
            yield item
    if pending is not None:
        yield pending
