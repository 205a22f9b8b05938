"""What to work on after a call: a sentence a finding, on physical quantities and what to do, never on a mood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.strings.alerts import NO_FIGURES, AlertFigures
from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill

_COACHING: Final[Mapping[str, Pair]] = {
    "level_high": Pair(
        "音量比目标高[ {deviation_db} dB][（{level_db} {unit}）]：轻一点说，话筒位置不要动。",
        "[{deviation_db} dB ]above the level target[ ({level_db} {unit})]: "
        "speak more softly, and leave the microphone where it is.",
    ),
    "level_low": Pair(
        "音量比目标低[ {deviation_db} dB][（{level_db} {unit}）]：坐直，把气送足，声音送出去。",
        "[{deviation_db} dB ]below the level target[ ({level_db} {unit})]: sit up and let the voice carry.",
    ),
    "louder_for_faint_customer": Pair(
        "客户声音小的时候，您也变响了：保持自己的音量，请客户大声一点。",
        "You grew louder while the customer was faint: keep your own level, and ask the customer to speak up.",
    ),
    "not_louder_when_asked": Pair(
        "客户听不清您的时候，音量没有提高：稍微响一点（约 2 到 6 dB），不要喊。",
        "The customer heard you badly, and you went on as before: speak slightly louder (2 to 6 dB), without shouting.",
    ),
    "rate_fast": Pair(
        "语速偏快[：{rate_cpm} 字/分][，目标 {target_cpm}]。句号处停一下，数字分组说。",
        "Fast[: {rate_cpm} char/min][, target {target_cpm}]. Pause at full stops and group the digits.",
    ),
    "rate_slow": Pair(
        "语速偏慢[：{rate_cpm} 字/分][，目标 {target_cpm}]。句子短一点，少用停顿词。",
        "Slow[: {rate_cpm} char/min][, target {target_cpm}]. Use shorter sentences and fewer fillers.",
    ),
    "dead_air": Pair(
        "[有 {count} 次]无声超过[ {limit_s} s][，最长 {seconds} s]：查询前先告诉客户在做什么。",
        "Silence over the limit[ of {limit_s} s][ ×{count}][, the longest {seconds} s]: "
        "say what you are doing before you look it up.",
    ),
    "interruptions": Pair(
        "打断客户[ {count} 次]：等对方说完半秒再开口。",
        "Came in on the customer[ ×{count}]: wait half a second after they finish.",
    ),
    "forbidden": Pair(
        "说了禁语[「{phrase}」][（共 {count} 次）]。[可以改说：{better}]",
        "Forbidden phrase[ “{phrase}”][ ({count} in all)].[ Say instead: {better}]",
    ),
    "limited_words": Pair(
        "绝对的词用得多[：「{word}」][ {count} 次]。换成能做到的具体说法。",
        "Absolute words often used[: “{word}”][ ×{count}]. Say exactly what can be done instead.",
    ),
    "wording": Pair(
        "有不妥的用语[ {count} 处]（推给别人、责怪客户、随口保证）：说您能做什么、什么时候做。",
        "Wording to avoid[ ×{count}] (passing on, blame, rash promises): say what you can do, and by when.",
    ),
    "polite": Pair(
        "「你」说得多[（{count} 次）]：对客户称「您」。",
        "Often 你[ (×{count})]: address the customer as 您.",
    ),
    "bare_no": Pair(
        "直接说「不」的次数多[（{count} 次）]：先说能做的。",
        "Many a bare 不[ (×{count})]: say first what can be done.",
    ),
    "fillers": Pair(
        "口头禅多[（{count} 次）]：停一下，再说下一句。",
        "Many fillers[ (×{count})]: pause instead, then go on.",
    ),
    "missing_greeting": Pair(
        "开头没有听到完整的问候。[可以说：{better}]",
        "No full greeting at the start.[ Say: {better}]",
    ),
    "missing_closing": Pair(
        "结尾没有听到结束语。[可以说：{better}]",
        "No closing sentence at the end.[ Say: {better}]",
    ),
    "good": Pair(
        "音量、语速和用语都在目标内，请保持。",
        "Level, rate and wording were all on target: keep it up.",
    ),
    "good_level": Pair(
        "音量[有 {percent} % 的时间]在目标内，很稳。",
        "The level was on target[ {percent} % of the time]: steady.",
    ),
    "good_rate": Pair(
        "语速[ {rate_cpm} 字/分，]在目标内，客户听得清。",
        "The rate[ of {rate_cpm} char/min] was on target: easy to follow.",
    ),
}

COACHING_KINDS: Final = tuple(_COACHING)

_DEFAULT_UNIT: Final = "dB(A)"


def coaching_text(kind: str, language: Language, figures: AlertFigures = NO_FIGURES) -> str:
    """One sentence for ``kind`` with ``figures``; :class:`KeyError` for a kind not in :data:`COACHING_KINDS`."""
    sentence = fill(_COACHING[kind].get(language), {"unit": _DEFAULT_UNIT, **figures.shown()}).strip()
    return sentence[:1].upper() + sentence[1:]
