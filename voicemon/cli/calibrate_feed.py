"""What is measured: the microphone, opened anew for each measurement, or one recording after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from voicemon.audio.source import Source
from voicemon.calibration.measure import SETTLE_S
from voicemon.calibration.model import Device
from voicemon.calibration.osgain import os_gain_db
from voicemon.cli.calibrate_order import Order
from voicemon.errors import ConfigError
from voicemon.noise import quiet_native_stderr
from voicemon.strings.calibration import calibration_text

if TYPE_CHECKING:
    from voicemon.audio.microphone import MicrophoneSource

BLOCK_S: Final = 0.05


class Feed:
    """Sources for one measurement after the other; the room has a recording of its own."""

    def __init__(self, order: Order) -> None:
        """Raises :class:`DeviceError` without such a microphone, :class:`InputError` for what is no recording."""
        self._order = order
        self._left = list(order.recordings)
        self.recorded = bool(order.recordings)
        self.settle_s = 0.0 if self.recorded else SETTLE_S
        self.device = self._recorded_device() if self.recorded else self._microphone()

    @contextmanager
    def open(self, what: str) -> Iterator[Source]:
        """The next source; ``what`` names the measurement.  Raises :class:`ConfigError` without a recording for it."""
        if self.recorded:
            yield self._recording(what)
            return
        source = self._listen()
        try:
            # The device is opened by whoever iterates, and sound libraries talk while it is.
            with quiet_native_stderr(None):
                yield source
        finally:
            source.close()

    def has_room(self) -> bool:
        """Whether the room can be measured by itself."""
        return not self.recorded or self._order.room_recording is not None

    def _recording(self, what: str) -> Source:
        from voicemon.audio.recording import RecordingSource

        if what == "room" and self._order.room_recording is not None:
            return RecordingSource(self._order.room_recording, customer_channel=None)
        if not self._left:
            language = self._order.language
            message = calibration_text("few_recordings", language, what=calibration_text(f"w_{what}", language))
            raise ConfigError(message, calibration_text("few_recordings_remedy", language))
        return RecordingSource(self._left.pop(0), customer_channel=None)

    def _recorded_device(self) -> Device:
        """A recording does not say whose it is."""
        from voicemon.audio.recording import RecordingSource

        language = self._order.language
        if self._order.device is None or self._order.host_api is None:
            raise ConfigError(calibration_text("whose", language), calibration_text("whose_remedy", language))
        rate = RecordingSource(self._left[0], customer_channel=None).info.sample_rate
        return Device(self._order.device, self._order.host_api, rate)

    def _microphone(self) -> Device:
        source = self._listen()
        device = source.device
        source.close()
        return Device(device.name, device.host_api, source.info.sample_rate, os_gain_db(device))

    def _listen(self) -> MicrophoneSource:
        from voicemon.audio.microphone import MicrophoneSource

        with quiet_native_stderr(None):
            return MicrophoneSource(self._order.device, host_api=self._order.host_api, block_s=BLOCK_S)
