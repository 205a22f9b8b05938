"""The words of the screen and of the plain output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill

_SCREEN: Final[Mapping[str, Pair]] = {
    # first line
    "call": Pair("通话", "call"),
    "call_waiting": Pair("等待通话", "no call yet"),
    "call_resting": Pair("通话之间，不识别", "between calls, not listening"),
    "calibrated": Pair("已校准[ ± {uncertainty} dB]", "calibrated[ ± {uncertainty} dB]"),
    "calibrated_short": Pair("已校准[ ± {uncertainty} dB]", "cal.[ ± {uncertainty} dB]"),
    "estimated": Pair("≈ 估计[ ± {uncertainty} dB]", "≈ estimated[ ± {uncertainty} dB]"),
    "uncalibrated": Pair("未校准", "not calibrated"),
    "asr_off": Pair("识别 关", "ASR off"),
    "asr_loading": Pair("识别 载入中", "ASR loading"),
    "asr_ready": Pair("识别 {name} {lag}", "ASR {name} {lag}"),
    "private": Pair("隐私：不录音", "not recorded"),
    "private_short": Pair("不录音", "no rec."),
    "fault_device_lost": Pair("设备断开", "DEVICE LOST"),
    "fault_audio_lost": Pair("丢失音频 {seconds} s", "AUDIO LOST {seconds} s"),
    "fault_asr_behind": Pair("识别落后[ {seconds} s]", "ASR BEHIND[ {seconds} s]"),
    "fault_asr_failed": Pair("识别停了", "ASR FAILED"),
    "fault_shed": Pair("{count} 句未识别", "{count} NOT RECOGNISED"),
    "fault_muted": Pair("已静音", "MUTED"),
    "fault_only_zeros": Pair("麦克风无信号：查静音键和权限", "MICROPHONE SILENT: mute switch? permission?"),
    "fault_customer_lost": Pair("客户声道断开", "NO CUSTOMER SOUND"),
    "fault_unwritten": Pair("记录写不进去", "RECORDS NOT WRITTEN"),
    "fault_lexicon": Pair("词库有错，仍用旧的", "LEXICON FAULTY, OLD ONE IN USE"),
    "fault_recording": Pair("● 正在录音", "● RECORDING"),
    "fault_suspect": Pair("增益变了，音量存疑", "GAIN CHANGED, LEVEL DOUBTFUL"),
    "fault_clipped": Pair("过载", "CLIPPING"),
    # meters
    "level": Pair("音量", "Level"),
    "rate": Pair("语速", "Rate"),
    "rate_unit": Pair("字/分", "char/min"),
    "now": Pair("现在", "now"),
    "utterance": Pair("本句", "phrase"),
    "so_far": Pair("本次", "call"),
    "articulation": Pair("发音", "artic."),
    "by_nuclei": Pair("按音节", "nuclei"),
    "by_text": Pair("按文字", "by text"),
    "level_low": Pair("低了 ▼▼", "low ▼▼"),
    "level_slightly_low": Pair("略低 ▼", "a bit low ▼"),
    "level_in_band": Pair("合适 ✓", "on target ✓"),
    "level_slightly_high": Pair("略高 ▲", "a bit high ▲"),
    "level_high": Pair("高了 ▲▲", "high ▲▲"),
    "rate_low": Pair("慢了 ▼▼", "slow ▼▼"),
    "rate_slightly_low": Pair("略慢 ▼", "a bit slow ▼"),
    "rate_in_band": Pair("合适 ✓", "on target ✓"),
    "rate_slightly_high": Pair("略快 ▲", "a bit fast ▲"),
    "rate_high": Pair("快了 ▲▲", "fast ▲▲"),
    "no_band": Pair("未校准：没有目标带", "not calibrated: no band"),
    # turns
    "turns": Pair("轮次", "Turns"),
    "agent": Pair("客服", "agent"),
    "customer": Pair("客户", "cust."),
    "silence": Pair("静默", "silence"),
    "not_speaking": Pair("未说话", "not speaking"),
    "holding": Pair("已请客户等待", "on hold, announced"),
    "over_limit": Pair("超时", "too long"),
    "not_observable": Pair("没有这个声道", "channel not observable"),
    # captions and alerts
    "captions": Pair("最近的话", "Last words"),
    "no_captions": Pair("还没有文字", "nothing said yet"),
    "captions_off": Pair("文字识别没有开", "speech recognition is off"),
    "rejected": Pair("（不采用：{reason}）", "(not used: {reason})"),
    "evidence": Pair("← {label} {id}  {percent} %  听到「{heard}」", "← {label} {id}  {percent} %  heard “{heard}”"),
    "hit_forbidden": Pair("禁语", "forbidden"),
    "hit_limited": Pair("慎用词", "limited word"),
    "hit_provisional": Pair("待确认", "to be confirmed"),
    "hit_withdrawn": Pair("已撤回", "withdrawn"),
    "all_good": Pair("音量和语速都在目标内", "level and rate on target"),
    "level_good": Pair("音量在目标内", "level on target"),
    "rate_good": Pair("语速在目标内", "rate on target"),
    "listening": Pair("正在听", "listening"),
    "quiet_for": Pair("{time} 没有提醒", "no alert for {time}"),
    "alerts": Pair("提醒", "alerts"),
    "no_alerts": Pair("没有提醒", "no alerts"),
    "marks": Pair("标记 {count}", "marks {count}"),
    "so_far_title": Pair("本次通话", "This call"),
    "talk": Pair("说话", "talk"),
    "talk_share": Pair("说话占比", "talk share"),
    "against_target": Pair("离目标", "off target"),
    "audio_lost": Pair("丢失音频", "audio lost"),
    "target": Pair("目标", "target"),
    # replay
    "playing": Pair("播放", "play"),
    "paused": Pair("暂停", "pause"),
    "as_fast": Pair("最快", "max"),
    # keys
    "key_q": Pair("退出", "quit"),
    "key_m": Pair("标记", "mark"),
    "key_n_live": Pair("新通话", "new call"),
    "key_c": Pair("本客户音量 +3", "this customer +3 dB"),
    "target_shift": Pair("本客户 {shift}", "this customer {shift}"),
    "disputed": Pair("已申诉", "disputed"),
    "lexicon_taken": Pair("词库已更新", "lexicon taken over"),
    "lexicon_now": Pair("词库已更新：{names}", "lexicon taken over: {names}"),
    "lexicon_kept": Pair("词库有错，仍用旧的：{error}", "lexicon faulty, the old one stays: {error}"),
    "nothing_to_dispute": Pair("现在没有可以申诉的提醒", "nothing to dispute right now"),
    "key_x": Pair("静音", "mute"),
    "key_d": Pair("申诉", "dispute"),
    "key_?": Pair("帮助", "help"),
    "key_space": Pair("播放/暂停", "play/pause"),
    "key_left": Pair("前后 5 s", "5 s back/on"),
    "key_n": Pair("下/上一提醒", "next/prev. alert"),
    "key_+": Pair("快/慢", "faster/slower"),
    "key_l": Pair("循环", "loop"),
    "key_a": Pair("听", "listen"),
    "space": Pair("空格", "space"),
    # small windows
    "too_small": Pair("窗口太小", "window too small"),
    # help
    "help": Pair("帮助", "Help"),
    "help_close": Pair("? 关闭帮助", "? closes this"),
    "help_level": Pair(
        "音量：▲ 是本句说话声的音量，粗线是此刻的音量；粗框是目标带。",
        "Level: ▲ is this phrase's speech level, the bar the level right now; the frame is the target.",
    ),
    "help_calibration": Pair(
        "dB(A) 后的 ± 是 95 % 的不确定度（k = 2）；≈ 是估计；dBFS 没有校准，不能和目标比。",
        "± after dB(A) is the 95 % uncertainty (k = 2); ≈ is an estimate; dBFS is not calibrated.",
    ),
    "help_rate": Pair(
        "语速：每分钟的字数，最近约 15 秒，不算 1 秒以上的停顿；「发音」不算任何停顿。",
        "Rate: characters a minute over about 15 s without pauses over 1 s; “artic.” leaves out all pauses.",
    ),
    "help_turns": Pair(
        "轮次：一格是四分之一秒，新的在右；静默条满了就该开口或说明原因。",
        "Turns: a cell is a quarter second, newest right; speak or say why before the silence bar is full.",
    ),
    "help_captions": Pair(
        "【】里是听到的禁语，后面是依据：编号、把握、听到的原话。",
        "【】 marks a flagged phrase; behind it the evidence: id, certainty, words heard.",
    ),
    "help_dispute": Pair("不同意就按 d。", " Press d to dispute."),
    "help_none": Pair("– 是量不到，不是零。", "– means not measurable, not zero."),
    # plain output
    "severity_info": Pair("提示", "note"),
    "severity_warn": Pair("注意", "warning"),
    "severity_critical": Pair("重要", "important"),
    "muted_gap": Pair("已静音 {seconds} s", "muted: {seconds} s"),
    "muted_calm": Pair("已静音：没有采集任何声音", "muted: nothing is captured"),
    "gap": Pair("丢失音频 {seconds} s[（{cause}）]", "audio lost: {seconds} s[ ({cause})]"),
    "gap_customer": Pair("没有客户声音 {seconds} s[（{cause}）]", "no customer sound: {seconds} s[ ({cause})]"),
    "withdrawn": Pair("撤回：{phrase}", "withdrawn: {phrase}"),
    "dispute": Pair("已申诉：{rule}", "disputed: {rule}"),
    "summary": Pair("小结", "Summary"),
    "summary_duration": Pair("时长 {time}", "duration {time}"),
    "summary_stopped": Pair("未播完：{time}[ / {whole}]", "stopped at {time}[ of {whole}]"),
    "summary_degraded": Pair("结果不完整：有音频丢失或未识别", "incomplete: audio was lost or not recognised"),
    "summary_level": Pair(
        "音量  {level} {unit}[，比目标 {deviation} dB][，{percent} % 的时间在目标内]",
        "level  {level} {unit}[, {deviation} dB against the target][, {percent} % of the time on target]",
    ),
    "summary_rate": Pair(
        "语速  {rate} 字/分[，发音 {articulation}]", "rate  {rate} char/min[, articulation {articulation}]"
    ),
    "summary_silence": Pair(
        "静默  [超时 {count} 次|–][，最长 {longest} s]；打断 {interruptions}",
        "silence  [{count} over the limit|–][, longest {longest} s]; interruptions {interruptions}",
    ),
    "summary_phrases": Pair("禁语  [{count} 次|–][：{phrases}]", "phrases  [{count}|–][: {phrases}]"),
    "summary_alerts": Pair("提醒  {counts}", "alerts  {counts}"),
    "summary_coaching": Pair("建议  {sentence}", "advice  {sentence}"),
    "targets": Pair("目标[ {level} dB(A)][ {rate} 字/分]", "target[ {level} dB(A)][ {rate} char/min]"),
}

KEYS: Final = tuple(_SCREEN)


def text(key: str, language: Language, **figures: str) -> str:
    """The words for ``key``; parts whose figures are not given are left out (see :func:`fill`)."""
    template = _SCREEN[key].get(language)
    return fill(template, figures) if "{" in template else template


def pair(key: str) -> Pair:
    """Both languages of ``key``."""
    return _SCREEN[key]
