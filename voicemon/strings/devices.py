"""The words of ``voicemon devices``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill

_DEVICES: Final[Mapping[str, Pair]] = {
    # heads of the table
    "name": Pair("设备", "device"),
    "kind": Pair("类型", "kind"),
    "host_api": Pair("声音系统", "sound system"),
    "channels": Pair("声道", "ch"),
    "rate": Pair("采样率", "rate"),
    "rates": Pair("支持的采样率", "takes"),
    # kinds
    "headset": Pair("耳麦", "headset"),
    "loopback": Pair("电脑播放的声音", "what is played"),
    "other": Pair("麦克风", "microphone"),
    # what stands under the table
    "default": Pair("* 系统默认", "* the system's default"),
    "taken": Pair("→ voicemon live 不加 --device 时使用", "→ what voicemon live takes without --device"),
    "guessed": Pair("类型按名称推测。", "Kinds are guessed from names."),
    "aliases": Pair("同一设备，也见于 {host_apis}", "the same device, also under {host_apis}"),
    "telephone": Pair(
        "电话音质（8/16 kHz）：音量和语速照常测量，听写较差。有 USB 适配器或数据线时请改用。",
        "telephone quality (8/16 kHz): level and rate are measured, words are heard worse;"
        " its USB adapter or cable is better.",
    ),
    "follows": Pair(
        "跟随系统声音服务的当前选择：那个设备拔掉后，声音可能来自别的麦克风。",
        "what the sound server has chosen: when that is unplugged, another microphone may take its place.",
    ),
    "none": Pair("无", "none"),
    "choose": Pair("选用：voicemon live --device {name}", "To use it: voicemon live --device {name}"),
    "choose_customer": Pair(
        "同时听客户：voicemon live --device {name} --customer-device {customer}",
        "To hear the customer too: voicemon live --device {name} --customer-device {customer}",
    ),
}


def devices_text(key: str, language: Language, **figures: str) -> str:
    """The sentence ``key`` with its figures; :class:`KeyError` for one that is not there."""
    return fill(_DEVICES[key].get(language), figures)
