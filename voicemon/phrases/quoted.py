"""Words that the agent only tells of: what somebody else said, or what is not being said.  Pure.

您刚才提到有人说随便你 repeats a complaint, 我没有说随便你 denies one.  The verb of saying must stand right before the
phrase, and somebody else must be its subject: 我都说了，随便你 and 您说，我能有什么办法 say it themselves.
"""

from __future__ import annotations

import re
from typing import Final

REACH: Final = 16
"""Syllables before a phrase within which who says it is looked for."""

_TELLS: Final = "说|讲|骂|喊|反映|提到|提过|投诉"
_OBJECT: Final = "(?:我们|您|你|我|他们?|她们?)?"
_LINK: Final = "(?:的是|过|了|什么|这句|一句|这些|那些)?(?:这|那)?"
_OTHERS: Final = "他们?|她们?|对方|有人|别人|人家|同事|客服|员工|坐席|师傅|主管|的人|先生|女士|小姐|顾客|客户|家人"
_CUSTOMER: Final = "您|你"
_EARLIER: Final = "刚才|刚刚|之前|上次|昨天|那天|当时|前面|是|反映|投诉|听到"
"""What makes 您…说 a report: without it 您说 invites to speak, or calls to witness."""

_ADDRESSED: Final = "[跟对给和向同]"
"""Before a person it makes of the subject the one spoken to: 我跟您说."""

_NOT_ADDRESSED: Final = "".join(f"(?<!{word})" for word in "跟对给和向同")
_CLOSING: Final = rf"(?:{_TELLS}){_OBJECT}{_LINK}喂?$"
_OWN: Final = "[^我咱]{0,5}?"
_THEIRS: Final = "[^我咱您你]{0,5}?"
_REPORTS: Final = (
    re.compile(f"{_NOT_ADDRESSED}(?:{_OTHERS}){_THEIRS}(?:{_ADDRESSED}[您你我])?{_CLOSING}"),
    re.compile(f"{_NOT_ADDRESSED}(?:{_CUSTOMER})(?:{_EARLIER}){_OWN}{_CLOSING}"),
    re.compile(f"(?:{_OTHERS}){_THEIRS}[让叫][您你]$"),
    re.compile(f"(?:没有|没|不会|不该|不应该|不能|从不|未)(?:{_ADDRESSED}[您你他她])?(?:{_TELLS})过?$"),
)

_MENTIONED: Final = re.compile(r"^的?(?:这|那)(?:样|种|句|类|几个)的?(?:话(?!费)|字)")
"""Behind a phrase it makes a quotation of it: 随便你这样的话."""


def quoted(before: str, behind: str) -> bool:
    """Whether a phrase between these normalised words is only told of."""
    said = before[-REACH:]
    return any(report.search(said) for report in _REPORTS) or _MENTIONED.match(behind) is not None
