"""The words of ``voicemon call``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill

_CONTROL: Final[Mapping[str, Pair]] = {
    # what was done
    "start": Pair("通话开始。", "Call begun."),
    "end": Pair("通话结束。", "Call ended."),
    "mute": Pair("已静音：不再采集声音。", "Muted: nothing is captured."),
    "unmute": Pair("已取消静音。", "Listening again."),
    "no_call": Pair("现在没有通话。", "No call is running."),
    # status
    "status_call": Pair(
        "通话 {call}，{length}[，{muted}][，{recording}]：{device}",
        "Call {call}, {length}[, {muted}][, {recording}]: {device}",
    ),
    "status_idle": Pair("没有通话[，{muted}][，{recording}]：{device}", "No call[, {muted}][, {recording}]: {device}"),
    "muted": Pair("已静音", "muted"),
    "recording": Pair("正在录音", "recording"),
    # errors and their remedies
    "nobody": Pair("没有正在监听的 voicemon", "no voicemon is listening"),
    "nobody_remedy": Pair(
        "用 voicemon live --control 启动，或在设置中写 {setting}",
        "start voicemon live with --control, or with {setting} in its settings",
    ),
    "no_such_device": Pair("没有哪个 voicemon 在听 {name}", "no voicemon is listening to {name}"),
    "hangs": Pair("voicemon live（进程 {processes}）没有应答", "voicemon live (process {processes}) does not answer"),
    "hangs_remedy": Pair(
        "看它的屏幕或日志；卡住了就结束它，再重新启动",
        "look at its screen or its log; if it hangs, end it and start it again",
    ),
    "several": Pair("有多个 voicemon 符合：{names}", "several voicemons match: {names}"),
    "several_remedy": Pair("用 --device 指明一个", "name one with --device"),
    "have_remedy": Pair("现有：{names}", "there are: {names}"),
    "refused_remedy": Pair("用 voicemon call status 查看状态", "see voicemon call status"),
}


def control_text(key: str, language: Language, **figures: str) -> str:
    """The sentence ``key`` with its figures; :class:`KeyError` for one that is not there."""
    return fill(_CONTROL[key].get(language), figures)
