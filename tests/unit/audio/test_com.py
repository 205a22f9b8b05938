"""Entering COM: on Windows, once a thread."""

from __future__ import annotations

import threading

from voicemon.audio import com


class Ole32:
    def __init__(self) -> None:
        self.calls: list[tuple[object, int]] = []

    def CoInitializeEx(self, reserved: object, how: int) -> int:
        self.calls.append((reserved, how))
        return 0


def test_each_thread_enters_once() -> None:
    ole32 = Ole32()

    def twice() -> None:
        com.enter("win32", ole32)
        com.enter("win32", ole32)

    threads = [threading.Thread(target=twice) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    assert ole32.calls == [(None, 0)] * 2


def test_elsewhere_nothing_is_done() -> None:
    ole32 = Ole32()
    com.enter("linux", ole32)
    assert ole32.calls == []
