"""The words of ``voicemon history`` and ``voicemon export``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill

_HISTORY: Final[Mapping[str, Pair]] = {
    "empty": Pair("还没有通话记录。", "No calls yet."),
    "none_found": Pair("没有符合条件的通话。", "No calls match."),
    "more": Pair("只列出最近 {count} 次；--last N 看更多。", "The last {count} only; --last N shows more."),
    # heads of the table
    "id": Pair("编号", "ID"),
    "started": Pair("开始", "started"),
    "profile": Pair("人员", "profile"),
    "reference": Pair("通话号", "call id"),
    "length": Pair("时长", "length"),
    "talk": Pair("说话", "talk"),
    "level": Pair("音量", "level"),
    "in_band": Pair("目标内", "in band"),
    "rate": Pair("语速", "rate"),
    "dead_air": Pair("静默", "silence"),
    "interruptions": Pair("打断", "interr."),
    "phrases": Pair("禁语", "phrases"),
    "alerts": Pair("提醒", "alerts"),
    "state": Pair("状态", "state"),
    # states
    "running": Pair("进行中", "running"),
    "finished": Pair("完成", "done"),
    "interrupted": Pair("中断", "interrupted"),
    "degraded": Pair("不完整", "degraded"),
    # one call
    "call": Pair("通话 {id}", "Call {id}"),
    "source": Pair("来源", "source"),
    "articulation": Pair("发音", "articulation"),
    "response": Pair("应答", "response"),
    "rate_unit": Pair("字/分", "char/min"),
    "advice": Pair("建议", "advice"),
    "no_findings": Pair("没有提醒。", "Nothing was found."),
    "hit": Pair("用语", "phrase"),
    "alert": Pair("提醒", "alert"),
    "withdrawn": Pair("已撤回", "withdrawn"),
    "provisional": Pair("未确认", "provisional"),
    "heard": Pair("听到「{heard}」", "heard “{heard}”"),
    "disputed": Pair("已申诉[：{note}]", "disputed[: {note}]"),
    "interrupted_note": Pair(
        "这次通话在 {time} 时中断：没有小结，下面是中断前已知的。",
        "This call broke off at {time}: no summary; what follows is what was known by then.",
    ),
    # what was done
    "dispute_stored": Pair(
        "已记下申诉：通话 {id} 第 {number} 条（{name}）。", "Dispute stored: call {id}, finding {number} ({name})."
    ),
    "pruned": Pair("已删除 {count} 次超过 {days} 天的通话。", "{count} calls older than {days} days deleted."),
    "exported": Pair("已写入 {count} 行：{file}", "{count} rows written to {file}"),
}


def history_text(key: str, language: Language, **figures: str) -> str:
    """The sentence ``key`` with its figures; :class:`KeyError` for one that is not there."""
    return fill(_HISTORY[key].get(language), figures)
