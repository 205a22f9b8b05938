"""Why a protocol of the manuals counts as kept, broken or not observable: the ``detail`` of the summary's records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill

_REASONS: Final[Mapping[str, Pair]] = {
    "level_changed": Pair(
        "客户声音小的时候（从 {since_s} s 起），客服的音量变化 {change_db} dB",
        "the agent's level changed by {change_db} dB while the customer was faint, from {since_s} s on",
    ),
    "spoke_louder": Pair(
        "客服的音量变化 {change_db} dB；稍微响一点是 {least_db} 到 {most_db} dB",
        "the agent spoke {change_db} dB louder; {least_db} to {most_db} dB is slightly",
    ),
    "customer_not_heard": Pair("没有听到客户", "the customer was not heard"),
    "never_faint": Pair("客户的声音一直不算小", "the customer was never faint"),
    "gain_changed": Pair("录音增益变了", "the microphone's gain changed"),
    "too_little_speech": Pair("客服说得太少，没法比较", "too little speech of the agent to compare"),
    "not_asked": Pair("没有迹象表明客户听不清客服", "nothing showed that the customer found the agent faint"),
}

REASONS: Final = tuple(_REASONS)


def protocol_text(reason: str, language: Language, **figures: str) -> str:
    """The sentence for ``reason``; :class:`KeyError` for one not in :data:`REASONS` or a figure that is not there."""
    return fill(_REASONS[reason].get(language), figures)
