"""The devices that a live session listens to, found and opened while the rest of the program still gets ready."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from voicemon.audio.devices import InputDevice
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.audio.pair import PairedSource
    from voicemon.cli.live_order import Order

    Ears = MicrophoneSource | PairedSource

PAIR_BLOCK_S: Final = 0.05
"""With two devices the one waits for the other: shorter blocks leave more of that time for stutters."""

CLOSE_S: Final = 2.0
BLOCK_S: Final = 0.1
"""Sound a callback: every stage costs a fixed sum a block, and nobody sees a meter come 100 ms later."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was opened; ``lock_name`` and ``device`` are the agent's."""

    source: Ears
    lock_name: str
    device: InputDevice


class Opening:
    """The devices, found and opened in a thread of its own: the sound system takes its time, and so do our imports.

    What is wrong with them is told when they are asked for, after what was checked meanwhile.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._found: Future[Found] = Future()
        self._gain_db: Future[float | None] = Future()
        self._thread = threading.Thread(target=self._work, name="open-device", daemon=True)
        self._thread.start()

    def ears(self) -> Found:
        """Wait for them.  Raises :class:`DeviceError`."""
        return self._found.result()

    def gain_db(self) -> float | None:
        """Wait for the system's capture gain; ``None``: it cannot be read, or is of no use.  Raises as :meth:`ears`."""
        self.ears()
        return self._gain_db.result()

    def close(self) -> None:
        """Close what was opened, whoever came to use it."""
        self._thread.join(CLOSE_S)
        if self._found.done() and self._found.exception() is None:
            self._found.result().source.close()

    def _work(self) -> None:
        try:
            self._found.set_result(_ears(self._order))
        except BaseException as error:  # noqa: BLE001 - a thread's top: it goes to whoever waits for the device
            self._found.set_exception(error)
            return
        # Another program is asked, which takes its time too.
        try:
            self._gain_db.set_result(_gain_db(self._order, self.ears().device))
        except BaseException as error:  # noqa: BLE001 - as above
            self._gain_db.set_exception(error)


def _gain_db(order: Order, device: InputDevice) -> float | None:
    """The capture gain: a stored calibration holds for one; an offset that was stated is not asked for its gain."""
    if order.settings.level.calibration_offset_db is not None:
        return None
    from voicemon.calibration.osgain import os_gain_db

    return os_gain_db(device)


def _ears(order: Order) -> Found:
    """The agent's device, open, with the customer's if there is one."""
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.types import Role

    paired = order.customer_device is not None and not _one_device(order)
    roles = (Role.AGENT,) if paired or order.customer_device is None else (Role.AGENT, Role.CUSTOMER)
    block_s = PAIR_BLOCK_S if paired else BLOCK_S
    agent = MicrophoneSource(order.device, host_api=order.host_api, block_s=block_s, roles=roles)
    source: Ears = agent
    if paired:
        from voicemon.audio.pair import PairedSource

        source = PairedSource(agent, MicrophoneSource(order.customer_device, block_s=block_s, roles=(Role.CUSTOMER,)))
    agent.open()
    return Found(source, agent.lock_name, agent.device)


def _one_device(order: Order) -> bool:
    """Whether the customer is on the second channel of the agent's own device."""
    from voicemon.audio.devices import find_input_device
    from voicemon.audio.portaudio import PortAudioHost

    devices = PortAudioHost().devices()
    agent = find_input_device(devices, order.device, order.host_api)
    return find_input_device(devices, order.customer_device) == agent
