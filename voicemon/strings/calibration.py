"""The words of ``voicemon calibrate``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill

READING_TEXT: Final = (
    "早晨的办公室里很安静，窗外的树叶轻轻地摇动。小林戴好耳麦，坐直身子，先慢慢喝了一口温水。电话响起，她放慢语速，"
    "把每个字都说清楚。客户问得很细，她听完以后再回答，不抢话，也不着急。挂断之前，她又把要点重复了一遍，并且向对方道谢。"
)
"""About 100 characters, half a minute: every tone, most initials, and pauses between the sentences."""

_CALIBRATION: Final[Mapping[str, Pair]] = {
    # the guide
    "begin": Pair("校准 {device}：{method}", "Calibrating {device}: {method}"),
    "calibrator": Pair("声校准器", "acoustic calibrator"),
    "comparison": Pair("与声级计比对", "comparison with a sound level meter"),
    "nominal": Pair("标称灵敏度", "nominal sensitivity"),
    "no_processing": Pair(
        "请先关闭麦克风的自动增益、降噪和回声消除，并且以后不要再改音量。",
        "First switch off automatic gain, noise suppression and echo cancelling, and leave the input volume alone.",
    ),
    "put_calibrator": Pair(
        "把声校准器（{reference} dB，1 kHz）套在麦克风上并打开，按回车开始。",
        "Put the calibrator ({reference} dB, 1 kHz) on the microphone, switch it on and press Enter.",
    ),
    "switch_calibrator": Pair(
        "把声校准器换到另一档并输入它的声级（dB）；没有第二档就直接按回车",
        "Switch the calibrator to its other level and enter it in dB; without one just press Enter",
    ),
    "put_meter": Pair(
        "声级计设为 A 计权、LAeq，放在嘴正前方 {distance} 厘米处，耳麦按平时的样子戴好。",
        "Set the meter to A-weighting and LAeq, {distance} cm straight before the lips; wear the headset as always.",
    ),
    "quiet_room": Pair(
        "先量房间：请安静 {seconds} 秒，按回车开始。", "First the room: be silent for {seconds} s; press Enter."
    ),
    "room_level": Pair("声级计读数，房间 LAeq（dB）", "The meter's LAeq of the room (dB)"),
    "read": Pair(
        "第 {number} 遍，共 {count} 遍：按回车并同时启动声级计，用平常的声音朗读 {seconds} 秒（读完就从头再读）。",
        "Reading {number} of {count}: press Enter and start the meter together, then read aloud in your usual voice"
        " for {seconds} s (begin again at the end).",
    ),
    "wear_again": Pair("请摘下耳麦，再重新戴好。", "Take the headset off and put it on again."),
    "odd_reading": Pair(
        "第 {number} 遍与其余各遍差 {off} dB（超过 {limit} dB）：按回车重读这一遍，输入 k 再按回车则保留",
        "Reading {number} is {off} dB off the others (over {limit} dB): Enter to read it again, k and Enter to keep it",
    ),
    "read_level": Pair("停下声级计：它的 LAeq（dB）", "Stop the meter: its LAeq (dB)"),
    "step_low": Pair(
        "增益测试：按回车，小声读 {seconds} 秒。", "Step test: press Enter and read softly for {seconds} s."
    ),
    "step_high": Pair(
        "再按回车，大声读 {seconds} 秒，比刚才高约 10 dB。",
        "Now press Enter and read loudly for {seconds} s, about 10 dB more.",
    ),
    "distance_microphone": Pair(
        "嘴唇到麦克风的距离（米，如 0.03）", "From the lips to the microphone (m, such as 0.03)"
    ),
    "sensitivity": Pair(
        "94 dB 声压时的灵敏度（dBFS，见说明书）", "Sensitivity at 94 dB SPL (dBFS, from the data sheet)"
    ),
    "needed": Pair("缺少 {option}", "{option} is needed"),
    "needed_remedy": Pair("加上 {option}，或在终端中运行", "give {option}, or run it in a terminal"),
    "few_readings": Pair("只有 {count} 遍读数，至少要 {limit} 遍", "{count} readings, at least {limit} are needed"),
    "few_recordings": Pair("录音不够：还缺{what}", "there are too few recordings: none is left for {what}"),
    "few_recordings_remedy": Pair(
        "按顺序给出每次测量的 --recording", "give --recording once for each measurement, in order"
    ),
    "whose": Pair("录音是哪个设备的？", "whose recording is it?"),
    "whose_remedy": Pair(
        "用 --device 和 --host-api 写出设备和声音系统的完整名称（voicemon devices 会列出）",
        "give the whole names of device and sound system with --device and --host-api (voicemon devices lists them)",
    ),
    "out_of_range": Pair("{option} = {value} 超出范围", "{option} = {value} is out of range"),
    "range_remedy": Pair("请用 {low} 到 {high}", "give a value from {low} to {high}"),
    "unknown_method": Pair("不知道的方法：{method}", "--method {method} is not known"),
    "unknown_method_remedy": Pair("可用：calibrator、comparison、nominal", "use calibrator, comparison or nominal"),
    "nothing_to_check": Pair(
        "{device} 只有标称灵敏度，无从检查", "{device} has but a nominal sensitivity: there is nothing to check"
    ),
    "w_tone": Pair("纯音", "the tone"),
    "w_room": Pair("房间", "the room"),
    "w_reading": Pair("朗读", "a reading"),
    "w_step": Pair("增益测试", "the step test"),
    "not_a_number": Pair("请输入一个数。", "Please enter a number."),
    # bars
    "bar_tone": Pair(
        "{level} dBFS  {frequency} Hz  信噪比 {snr} dB  波动 {spread} dB",
        "{level} dBFS  {frequency} Hz  SNR {snr} dB  spread {spread} dB",
    ),
    "bar_speech": Pair("{level} dBFS(A)  已测 {seconds} s", "{level} dBFS(A)  {seconds} s"),
    # outcome
    "step_passed": Pair(
        "增益测试通过：应变化 {expected} dB，实测 {rise} dB。", "Step test passed: {rise} dB for {expected} dB."
    ),
    "step_missing": Pair("没有做增益测试：自动增益未排除。", "No step test was made: automatic gain is not ruled out."),
    "done": Pair(
        "0 dBFS = {offset} dB(A) ± {uncertainty} dB（k = {k}），距嘴 {distance} 厘米；{status}，有效期至 {expires}。",
        "0 dBFS = {offset} dB(A) ± {uncertainty} dB (k = {k}) at {distance} cm from the lips;"
        " {status}, valid until {expires}.",
    ),
    "calibrated": Pair("已校准", "calibrated"),
    "estimated": Pair("估计值", "estimated"),
    "uncalibrated": Pair("未校准", "uncalibrated"),
    "kept": Pair("已保存：{path}", "Kept in {path}"),
    "none": Pair("{device} 还没有校准", "{device} has no calibration"),
    "only_here": Pair(
        "level.reference_distance_m 仍为 {set}，live 按该距离换算；要改用 {asked}，请修改设置。",
        "Told for {asked} m here alone: live goes by level.reference_distance_m = {set} until the settings change.",
    ),
    "none_remedy": Pair("运行 voicemon calibrate", "run voicemon calibrate"),
    "check_passed": Pair(
        "检查通过：偏差 {deviation} dB，允许 ±{limit} dB。", "Check passed: {deviation} dB off, ±{limit} dB allowed."
    ),
    "check_coarse": Pair("（没有参考声级，只能发现大的变化。）", "(Without a reference only gross changes are found.)"),
    "check_failed": Pair(
        "检查未通过：偏差 {deviation} dB，允许 ±{limit} dB。请检查麦克风位置和音量设置，或重新校准。",
        "Check failed: {deviation} dB off, ±{limit} dB allowed. See to boom and input volume, or calibrate again.",
    ),
    # the budget
    "head_name": Pair("分量", "contribution"),
    "head_value": Pair("取值", "value"),
    "head_distribution": Pair("分布", "distribution"),
    "head_sensitivity": Pair("灵敏系数", "sensitivity"),
    "head_standard": Pair("标准不确定度", "standard"),
    "head_dof": Pair("自由度", "dof"),
    "normal": Pair("正态", "normal"),
    "rectangular": Pair("矩形", "rectangular"),
    "triangular": Pair("三角", "triangular"),
    "combined": Pair(
        "合成 {combined} dB，有效自由度 {dof}，k = {k}，扩展 {expanded} dB（95.45 %）",
        "combined {combined} dB, effective dof {dof}, k = {k}, expanded {expanded} dB (95.45 %)",
    ),
    "made": Pair(
        "{method}，{made}[，{grade} 级]，{distance} 厘米；{host_api}，{rate} Hz[；增益 {gain} dB][；{note}]",
        "{method}, {made}[, class {grade}], {distance} cm; {host_api}, {rate} Hz[; gain {gain} dB][; {note}]",
    ),
    "reading": Pair(
        "  参考 {reference} dB，实测 {measured} dBFS(A)，差 {difference} dB",
        "  reference {reference} dB, measured {measured} dBFS(A), difference {difference} dB",
    ),
    "c_calibrator": Pair("校准器声级", "calibrator's level"),
    "c_calibrator_test": Pair("校准器检定", "calibrator's own test"),
    "c_coupling": Pair("耦合重复性", "fit in the cavity"),
    "c_capsule": Pair("传声头与腔体", "capsule in the cavity"),
    "c_response": Pair("耳麦频率响应", "headset's frequency response"),
    "c_speech": Pair("语音频谱差异", "spectrum of other speech"),
    "c_meter_level": Pair("声级计 1 kHz 误差", "meter at 1 kHz"),
    "c_meter_linearity": Pair("声级计线性", "meter's linearity"),
    "c_meter_weighting": Pair("声级计频率计权", "meter's frequency weighting"),
    "c_resolution": Pair("声级计分辨力", "meter's last digit"),
    "c_window": Pair("起止时间不一致", "start and stop by hand"),
    "c_room": Pair("房间噪声", "room's noise"),
    "c_own_meter": Pair("本软件计权", "our own weighting"),
    "c_repeatability": Pair("重复性与佩戴", "repeatability and wearing"),
    "c_sensitivity": Pair("标称灵敏度", "nominal sensitivity"),
    "c_gain": Pair("增益未知", "unknown gain"),
    "c_meter_place": Pair("声级计位置", "meter's place"),
    "c_microphone_place": Pair("麦克风位置", "microphone's place"),
    "c_distance_law": Pair("距离换算", "law of distance"),
    # refusals
    "f_short": Pair("声音太短：{value} s，至少 {limit} s", "too short: {value} s, at least {limit} s are needed"),
    "f_broken": Pair("测量中断，丢失 {value} s 声音", "{value} s of sound were lost in the middle"),
    "f_clipped": Pair("声音削波", "the sound is clipped"),
    "f_noise": Pair(
        "1 kHz 纯音不突出：信噪比 {value} dB，至少 {limit} dB",
        "no 1 kHz tone stands out: {value} dB over the rest, at least {limit} dB are needed",
    ),
    "f_frequency": Pair("频率是 {value} Hz，不是 {limit} Hz", "the tone has {value} Hz, not {limit} Hz"),
    "f_distorted": Pair(
        "纯音失真 {value} %，最多 {limit} %：限幅或过载",
        "the tone is distorted by {value} %, at most {limit} %: a limiter or an overload",
    ),
    "f_unsteady": Pair(
        "声级不稳：{value} dB，最多 {limit} dB", "the level is not steady: {value} dB, at most {limit} dB"
    ),
    "f_room": Pair(
        "麦克风处房间太吵：语音只高出 {value} dB，至少 {limit} dB",
        "the room is too loud at the microphone: speech is {value} dB over it, at least {limit} dB are needed",
    ),
    "f_room_at_meter": Pair(
        "声级计处房间太吵：语音只高出 {value} dB，至少 {limit} dB",
        "the room is too loud at the meter: speech is {value} dB over it, at least {limit} dB are needed",
    ),
    "f_no_speech": Pair(
        "听到的不像朗读：起伏 {value} dB，至少 {limit} dB",
        "what was heard is not speech: it rises by {value} dB, at least {limit} dB are needed",
    ),
    "f_spread": Pair(
        "几遍读数不一致：标准差 {value} dB，最多 {limit} dB",
        "the readings do not agree: standard deviation {value} dB, at most {limit} dB",
    ),
    "f_gain": Pair(
        "有自动增益：应变化 {limit} dB，实测 {value} dB", "automatic gain: {limit} dB came through as {value} dB"
    ),
    "f_small_step": Pair(
        "两次声级只差 {value} dB，至少要 {limit} dB",
        "the two levels differ by {value} dB, at least {limit} dB are needed",
    ),
    "r_short": Pair("请测久一点", "measure for longer"),
    "r_broken": Pair("关闭其他程序后重测", "close other programs and measure again"),
    "r_clipped": Pair("调低麦克风音量后重测", "turn the input volume down and measure again"),
    "r_noise": Pair("检查校准器是否套好、打开", "see that the calibrator sits tight and is switched on"),
    "r_frequency": Pair("请用 1 kHz 的校准器", "use a calibrator of 1 kHz"),
    "r_distorted": Pair("改用 94 dB 一档，关闭限幅", "use the 94 dB setting, and switch any limiter off"),
    "r_unsteady": Pair(
        "套紧校准器，关闭自动增益和降噪", "seat it firmly, switch off automatic gain and noise suppression"
    ),
    "r_room": Pair("请换安静的房间", "find a quieter room"),
    "r_no_speech": Pair("请朗读，并关闭降噪", "read aloud, and switch off noise suppression"),
    "r_spread": Pair("保持距离不变后重测", "keep the distances and measure again"),
    "r_gain": Pair("关闭自动增益和降噪后再校准", "switch off automatic gain and noise suppression, then calibrate"),
    "r_small_step": Pair("差别要有 10 dB 左右", "make them about 10 dB apart"),
}

_REMEDIES: Final = {"room_at_meter": "room"}


def calibration_text(key: str, language: Language, **figures: str) -> str:
    """The sentence ``key`` with its figures; :class:`KeyError` for one that is not there."""
    return fill(_CALIBRATION[key].get(language), figures)


def refusal(kind: str, language: Language, value: str, limit: str) -> tuple[str, str]:
    """Why a measurement is refused, and what to do about it."""
    remedy = calibration_text(f"r_{_REMEDIES.get(kind, kind)}", language)
    return calibration_text(f"f_{kind}", language, value=value, limit=limit), remedy
