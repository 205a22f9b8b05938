"""The words of ``voicemon lexicon``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.strings.language import Language
from voicemon.strings.template import Pair, fill

_LEXICON: Final[Mapping[str, Pair]] = {
    # check
    "files": Pair("词库", "lexicons"),
    "builtin": Pair("内置", "built in"),
    "counts": Pair(
        "禁语 {forbidden} 条，规定用语 {required} 条，用语类别 {patterns} 类，慎用词 {limit} 个，提倡用词 {use} 个",
        "forbidden sentences {forbidden}, required lines {required}, classes of wording {patterns},"
        " words to limit {limit}, words to use {use}",
    ),
    "id": Pair("编号", "id"),
    "core": Pair("匹配的话", "searched for"),
    "limit": Pair("限度", "limit"),
    "neighbour": Pair("最近的无害句", "nearest harmless line"),
    "distance": Pair("距离", "distance"),
    "see": Pair("同 {other}", "as {other}"),
    "no_doubts": Pair("没有问题。", "Nothing to object to."),
    "doubts": Pair("值得看一下的 {count} 处：", "{count} to look at:"),
    "tight": Pair(
        "{id}：限度很紧，听错一两个音就找不到[（太像无害句「{other}」）]",
        "{id}: the limit is tight, a misheard syllable or two and it is missed[ (too near “{other}”)]",
    ),
    "not_found": Pair(
        "{id}：一字不差地说也不会提醒：太短，或被礼貌、否定的规则排除",
        "{id}: would not alarm even if said exactly: too short, or kept out by the rules on courtesy and negation",
    ),
    "negative_alarms": Pair(
        "{id}：它自己列的无害句「{other}」会误报", "{id}: “{other}”, which it names as harmless, would alarm"
    ),
    "same_core": Pair(
        "{id}：与 {other} 匹配的话相同，听到时记在 {other} 名下",
        "{id}: searched for by the same words as {other}, and reported as {other}",
    ),
    "within": Pair(
        "{id}：包含在 {other} 里，说了 {other} 整句时记在 {other} 名下",
        "{id}: stands within {other}, and is reported as {other} where all of that was said",
    ),
    "in_harmless": Pair(
        "{id}：无害句「{other}」里就有这句话；说那一句时不提醒", "{id}: stands in the harmless line “{other}”"
    ),
    # test
    "sentence": Pair("听到", "heard"),
    "hits": Pair("会提醒", "would alarm"),
    "no_hits": Pair("不会提醒禁语。", "No forbidden phrase would alarm."),
    "near": Pair("相近但不提醒", "near, but no alarm"),
    "match_row": Pair(
        "{id} 「{phrase}」 听到「{heard}」 距离 {distance} ≤ 限度 {limit}（{part}「{pattern}」）",
        "{id} “{phrase}” heard as “{heard}”, distance {distance} ≤ limit {limit} ({part} “{pattern}”)",
    ),
    "near_row": Pair(
        "{id} 「{phrase}」 听到「{heard}」 距离 {distance}，限度 {limit}（{part}「{pattern}」）：{why}",
        "{id} “{phrase}” heard as “{heard}”, distance {distance}, limit {limit} ({part} “{pattern}”): {why}",
    ),
    "part_full": Pair("整句", "whole sentence"),
    "part_core": Pair("核心", "core"),
    "part_clause": Pair("分句", "clause"),
    "why_beyond": Pair("超过限度", "beyond the limit"),
    "why_outdone": Pair("同样的话更像另一条", "another phrase fits the same words better"),
    "why_pause": Pair("中间停顿太长", "too long a pause within"),
    "why_negation": Pair("否定不同，意思相反", "a negation turns its meaning"),
    "why_person": Pair("人称不同（我/你）", "another person (我/你)"),
    "why_words": Pair("有一个词没有说", "a word of it was not said"),
    "why_quoted": Pair("转述别人的话", "tells what somebody else said"),
    "why_courtesy": Pair("礼貌的说法（请、您、好吗）", "put politely (请, 您, 好吗)"),
    "why_harmless": Pair("更像一句无害的话", "a harmless line fits better"),
    "harmless": Pair("相近的无害句", "harmless lines that come close"),
    "harmless_row": Pair("{line}  距离 {distance}", "{line}  distance {distance}"),
    "required": Pair("规定用语：说了 {id}「{heard}」", "required line said: {id} “{heard}”"),
    "limited": Pair("慎用词：{word}", "word to limit: {word}"),
    "class": Pair("用语类别 {id}（{category}）：「{heard}」", "class of wording {id} ({category}): “{heard}”"),
}


def lexicon_text(key: str, language: Language, **figures: str) -> str:
    """The sentence ``key`` with its figures; :class:`KeyError` for one that is not there."""
    return fill(_LEXICON[key].get(language), figures)
