"""Does what the agent says show that the customer finds the agent faint?"""

from __future__ import annotations

import re
from typing import Final

from voicemon.phrases.normalise import simplified

SPEAK_UP: Final = re.compile(
    r"我[^您你]{0,5}(?:大声|大点儿?声|大一?点儿?声|响一?点)"
    r"|我[^您你]{0,5}(?:声音|音量|嗓门)[^您你]{0,4}(?:提高|调大|调高|大一?[点些])"
    r"|(?:提高|调高|调大|加大)(?:一下|一点|一些|了)?(?:我的)?(?:音量|声音|嗓门)"
    r"|(?:现在|这样|这下)(?:能|可以|是否|是不是|您|你)*听(?:得|的)?(?:清楚?|见|到)"
)
"""The agent offers to speak up, or asks whether that is better."""
ASKS_CUSTOMER: Final = re.compile(
    r"[您你](?:把|的|那边|可以|能|能否|能不能)*[^我]{0,4}(?:大声|大点儿?声|提高|调大|调高|大一?[点些])[^我]{0,4}"
)
"""The agent asks the customer to."""


def offers_to_speak_up(text: str) -> bool:
    """Whether the agent's ``text`` shows that the customer found the agent faint."""
    plain = re.sub(r"[^\w]", "", simplified(text))
    return SPEAK_UP.search(ASKS_CUSTOMER.sub("", plain)) is not None
