"""What each alert says: what happened, and a short cue for what to do about it.

The cue is what an agent catches in a quarter of a second, so it comes first and stays under a dozen characters, except
where the manual has a whole sentence to say instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, NamedTuple

from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFigures:
    """The figures a sentence may quote; ``None`` leaves out the part of the sentence that would quote it.

    ``deviation_db`` is signed (measured − target); sentences that say "lower by" show its size.
    """

    level_db: float | None = None
    target_db: float | None = None
    deviation_db: float | None = None
    uncertainty_db: float | None = None
    rate_cpm: float | None = None
    target_cpm: float | None = None
    range_st: float | None = None
    seconds: float | None = None
    limit_s: float | None = None
    count: int | None = None
    percent: float | None = None
    unit: str | None = None
    phrase: str | None = None
    heard: str | None = None
    better: str | None = None
    word: str | None = None
    detail: str | None = None

    def shown(self) -> dict[str, str]:
        """The figures that are known, as they are written."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: _written(name, value) for name, value in values.items() if value is not None}


NO_FIGURES: Final = AlertFigures()

_DECIMALS: Final[Mapping[str, int]] = {
    "level_db": 1,
    "target_db": 1,
    "deviation_db": 0,
    "uncertainty_db": 1,
    "rate_cpm": 0,
    "target_cpm": 0,
    "range_st": 1,
    "seconds": 1,
    "limit_s": 1,
    "percent": 0,
}
_WHOLE_WHERE_EXACT: Final = frozenset({"target_db", "limit_s"})
"""Settings rather than measurements: 73, not 73.0."""


def _written(name: str, value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    if name == "deviation_db":
        return f"{max(1.0, abs(value)):.0f}"
    if name in _WHOLE_WHERE_EXACT:
        return f"{round(value, _DECIMALS[name]):g}"
    return f"{value:.{_DECIMALS.get(name, 0)}f}"


class _Alert(NamedTuple):
    label: Pair
    message: Pair
    advice: Pair


_ALERTS: Final[Mapping[str, _Alert]] = {
    "too_loud": _Alert(
        Pair("太响", "too loud"),
        Pair(
            "声音太响[：{level_db} {unit}][，目标 {target_db}]", "Too loud[: {level_db} {unit}][, target {target_db}]"
        ),
        Pair("轻一点[，低 {deviation_db} dB]", "Softer[, {deviation_db} dB down]"),
    ),
    "too_quiet": _Alert(
        Pair("太轻", "too quiet"),
        Pair(
            "声音太轻[：{level_db} {unit}][，目标 {target_db}]", "Too quiet[: {level_db} {unit}][, target {target_db}]"
        ),
        Pair("响一点[，高 {deviation_db} dB]", "Louder[, {deviation_db} dB up]"),
    ),
    "too_fast": _Alert(
        Pair("太快", "too fast"),
        Pair(
            "语速太快[：{rate_cpm} 字/分][，目标 {target_cpm}]",
            "Too fast[: {rate_cpm} char/min][, target {target_cpm}]",
        ),
        Pair("慢一点", "Slow down"),
    ),
    "too_slow": _Alert(
        Pair("太慢", "too slow"),
        Pair(
            "语速太慢[：{rate_cpm} 字/分][，目标 {target_cpm}]",
            "Too slow[: {rate_cpm} char/min][, target {target_cpm}]",
        ),
        Pair("快一点", "A little faster"),
    ),
    "dead_air": _Alert(
        Pair("静默", "dead air"),
        Pair("静默[ {seconds} s]，没有说明原因", "Silence[ of {seconds} s] without a word of why"),
        Pair("请回应客户", "Speak to the customer"),
    ),
    "interruption": _Alert(
        Pair("打断", "interruption"),
        Pair("打断了客户[，重叠 {seconds} s]", "Came in on the customer[, {seconds} s overlap]"),
        Pair("请让客户说完", "Let the customer finish"),
    ),
    "forbidden_phrase": _Alert(
        Pair("禁语", "forbidden phrase"),
        Pair("禁语[：{phrase}]", "Forbidden phrase[: {phrase}]"),
        Pair("[可以说：{better}|换一种说法]", "[Say: {better}|Put it another way]"),
    ),
    "limited_word": _Alert(
        Pair("慎用词", "limited word"),
        Pair("慎用词[：{word}][，本次第 {count} 回]", "Word to limit[: {word}][, ×{count} in this call]"),
        Pair("[可以说：{better}|少说绝对的话]", "[Say: {better}|Avoid absolute words]"),
    ),
    "wording": _Alert(
        Pair("用语", "wording"),
        Pair("用语不妥[：{heard}]", "Wording to avoid[: {heard}]"),
        Pair("说您能做什么", "Say what you can do"),
    ),
    "missing_greeting": _Alert(
        Pair("缺问候", "no greeting"),
        Pair("开头没有听到问候语", "No greeting was heard at the start"),
        Pair("请补问候[：{better}]", "Greet the customer[: {better}]"),
    ),
    "missing_closing": _Alert(
        Pair("缺结束语", "no closing"),
        Pair("结尾没有听到结束语", "No closing sentence was heard at the end"),
        Pair("请说结束语[：{better}]", "Close politely[: {better}]"),
    ),
    "hold_without_asking": _Alert(
        Pair("未征求就等待", "hold not asked"),
        Pair(
            "没有征求同意就让客户等待[ {seconds} s]",
            "The customer was put on hold[ for {seconds} s] without being asked",
        ),
        Pair("先征求同意[：{better}]", "Ask before a hold[: {better}]"),
    ),
    "no_thanks_after_hold": _Alert(
        Pair("等待后未致谢", "no thanks after hold"),
        Pair("客户等待后[（{seconds} s）]没有听到致谢或致歉", "No thanks or apology after the hold[ of {seconds} s]"),
        Pair("请致谢[：{better}]", "Thank the customer for waiting[: {better}]"),
    ),
    "silent_call_broken": _Alert(
        Pair("无声电话步骤", "silent-call steps"),
        Pair("无声电话的步骤没有走完[：{detail}]", "The steps for a silent call were not followed[: {detail}]"),
        Pair("再问候一次，等 5 秒[：{better}]", "Greet again, then wait 5 s[: {better}]"),
    ),
    "fast_without_warning": _Alert(
        Pair("长信息太快", "fast long message"),
        Pair(
            "长信息说得太快[：{rate_cpm} 字/分]，没有先提示记录",
            "Long information spoken fast[: {rate_cpm} char/min] without warning",
        ),
        Pair("慢一点，先请客户记录[：{better}]", "Slow down; ask the customer to note it[: {better}]"),
    ),
    "monotone": _Alert(
        Pair("语调平", "monotone"),
        Pair("音高变化小[：{range_st} 半音]", "Little pitch movement[: {range_st} semitones]"),
        Pair("语调多一点起伏", "Let the pitch move more"),
    ),
    "clipping": _Alert(
        Pair("过载", "clipping"),
        Pair("录音过载（削波），音量读数偏低", "The input clips; levels read too low"),
        Pair("把麦克风增益调低", "Turn the microphone gain down"),
    ),
    "microphone_moved": _Alert(
        Pair("麦克风移位", "microphone moved"),
        Pair(
            "麦克风位置像是变了[，差 {deviation_db} dB]",
            "The microphone seems to have moved[, {deviation_db} dB apart]",
        ),
        Pair("把麦克风放回原位", "Put the microphone back in place"),
    ),
    "gain_changed": _Alert(
        Pair("增益变了", "gain changed"),
        Pair(
            "录音增益变了[，差 {deviation_db} dB][：{detail}]，校准不再可靠",
            "The input gain changed[ by {deviation_db} dB][: {detail}]; the calibration no longer holds",
        ),
        Pair("恢复增益或重新校准", "Restore the gain or calibrate again"),
    ),
    "device_lost": _Alert(
        Pair("设备断开", "device lost"),
        Pair("音频设备断开[：{detail}]", "The audio device is gone[: {detail}]"),
        Pair("检查耳麦的插头", "Check the headset's plug"),
    ),
    "asr_behind": _Alert(
        Pair("识别落后", "recognition behind"),
        Pair(
            "文字识别落后[ {seconds} s]，禁语提醒会晚", "Recognition is[ {seconds} s] behind; phrase alerts come late"
        ),
        Pair("关掉占用处理器的程序", "Close programs that use the processor"),
    ),
    "louder_for_faint_customer": _Alert(
        Pair("跟着变响", "louder too"),
        Pair("客户声音小，您却响了[ {deviation_db} dB]", "Faint customer, and you grew louder[ by {deviation_db} dB]"),
        Pair("保持自己的音量", "Keep your own level"),
    ),
    "not_louder_when_asked": _Alert(
        Pair("没有提高音量", "not louder"),
        Pair("客户听不清，您的音量没有提高", "The customer hears badly, and you have not become louder"),
        Pair("稍微响一点", "A little louder"),
    ),
}

RULES: Final = tuple(_ALERTS)
"""Every rule that can raise an alert, in the contract's order."""

_DEFAULT_UNIT: Final = "dB(A)"

_DETAILS: Final[Mapping[str | None, Pair]] = {
    "slow_agc": Pair("自动增益", "automatic gain control"),
    "fast_agc": Pair("压缩器", "a compressor"),
    "noise_gate": Pair("噪声门", "a noise gate"),
    "limiter": Pair("限幅器", "a limiter"),
}
"""Details that are words of ours; others, as a device's name, stand as they are."""


def alert_text(rule: str, language: Language, figures: AlertFigures = NO_FIGURES) -> tuple[str, str]:
    """What happened and what to do, for ``rule``; :class:`KeyError` for a rule that is not in :data:`RULES`."""
    alert = _ALERTS[rule]
    shown = {"unit": _DEFAULT_UNIT, **figures.shown()}
    if figures.detail in _DETAILS:
        shown["detail"] = _DETAILS[figures.detail].get(language)
    return fill(alert.message.get(language), shown), fill(alert.advice.get(language), shown)


def message_template(rule: str, language: Language) -> str:
    """What happened, as :func:`~voicemon.strings.template.fill` takes it; :class:`KeyError` as above."""
    return _ALERTS[rule].message.get(language)


def rule_label(rule: str, language: Language) -> str:
    """The rule's short name; a rule that this version does not know keeps the name it came with."""
    alert = _ALERTS.get(rule)
    return rule if alert is None else alert.label.get(language)
