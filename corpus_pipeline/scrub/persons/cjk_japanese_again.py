"""Japanese persons who are called by a part of their name, and where they stand again.

凪咲さん、ムハンマドくん         a given name or katakana before a title
会計の江夏が、担任鬼頭は          a surname that a role announces
調教師アイダ・ブレナンは          katakana with dots behind a role, or with a known given name
佐伯宗平…佐伯は、ブレナン師は    a part of a name that stands in the text
権兵衛、辰次郎                 endings of names
"""

import re

from corpus_pipeline.scrub.persons.cjk_japanese_scan import FOREIGN, FULL, GIVEN, NAMED, PARTED
from corpus_pipeline.scrub.persons.cjk_rows import Found
from corpus_pipeline.scrub.persons.cjk_tables import is_japanese_surname, word_list

_ROLES = tuple(sorted(word_list("japanese roles"), key=len, reverse=True))
_BRANDS = ("ブランド", "モデル", "シリーズ", "カップ", "ホテル", "タワー", "賞")
_LABELS = word_list("japanese labels")
_KATAKANA_NAMES = frozenset(word_list("katakana names"))
_NO_KATAKANA = frozenset(word_list("katakana no names"))
_NO_CALLED = frozenset(
    (*word_list("japanese no names"), *word_list("japanese roles"), *word_list("japanese titles"))
)
#: Titles that make persons of a given name or katakana alone.
_CALLED = re.compile(
    "さん(?!ご|ぜ)|さま|"
    "くん(?![\u3400-\u9fff])|ちゃん(?![\u3400-\u9fff])|君(?![\u3400-\u9fff])|氏(?![\u3400-\u9fff名])|先生|神父|牧師|シスター|師(?![\u3400-\u9fff])|選手|監督|教授|博士|嬢|翁|夫人|様(?![\u3400-\u9fff子々])"
)
_AFTER = re.compile(
    "[はがのをにともへで、。,.（(」』）)／/ 　\n：:]|いわく|より|から|だ|方[のにで]|$"
)
_HAN, _KANA = "\u3400-\u9fff々ヶ", "\u3041-\u3096"
_KATAKANA = re.compile("[\u30a1-\u30faー]")
#: Names of a text whose parts are looked for, and places of each.
_NAMES, _PLACES = 32, 64
#: What names of men end in, by their last character or two.
_ENDINGS = tuple(
    ending.encode() for ending in ("兵衛", "衛門", "之助", "之進", "之丞", "之介", "郎")
)
_BEFORE_LAST = frozenset("太次二三四五七八九十")
_WHOLE = re.compile(f"[{_HAN}]{{1,6}}$")
_NO_WHOLE = frozenset(("桃太郎", "金太郎", "浦島太郎", "鬼太郎", "土左衛門"))
_NEXT = re.compile(
    f"(?:[（(][^（）()\\n]{{1,14}}[）)])?[、，,][ 　]?"
    f"([\u30a1-\u30faー]{{2,10}}(?:[・＝][\u30a1-\u30faー]{{1,12}}){{1,3}}|[{_HAN}]{{2,5}}|"
    f"[{_HAN}]{{1,3}}[\u30a1-\u30faー{_KANA}]{{2,4}})(?=[、，,。（(\\n 　]|$)"
)


def is_called(kind: int, name: str, before: str, after: str) -> bool:
    """Says whether katakana, a given name or a surname alone is a person.

    >>> is_called(FOREIGN, "ムハンマド", "", "くんは"), is_called(FOREIGN, "ユーザー", "", "さんは")
    (True, False)
    """
    called = _CALLED.match(after) is not None
    if kind == FOREIGN:
        parts = name.strip("・").split("・")
        if len(parts) == 1:
            return (
                called
                and 2 <= len(name) <= 9
                and name not in _NO_KATAKANA
                and not name.endswith(("ー", "スタッフ", "メンバー", "ユーザ"))
                and (name in _KATAKANA_NAMES or not re.match(f"[{_HAN}]", before[-1:]))
            )
        if not all(1 <= len(part) <= 10 for part in parts) or len(parts) > 4:
            return False
        if any(part in _NO_KATAKANA or part.endswith(_BRANDS) for part in parts):
            return False
        if before.endswith(("「", "『", "《")) and after[:1] in ("」", "』", "》"):
            return False
        known = parts[0] in _KATAKANA_NAMES or parts[-1] in _KATAKANA_NAMES
        announced = before.endswith(_ROLES) or (
            before.endswith("の") and before[:-1].endswith(_ROLES)
        )
        return (called or known or announced) and (called or _AFTER.match(after) is not None)
    if name in _NO_CALLED:
        return False
    if before[-1:] in (":", "："):
        return before[:-1].endswith((*_ROLES, *_LABELS)) and _AFTER.match(after) is not None
    if kind == NAMED:
        given = name.lstrip("".join(c for c in name if not _KATAKANA.match(c)))
        if given in _NO_KATAKANA or given.endswith(_BRANDS):
            return False
        return called or (before.endswith(_ROLES) and _AFTER.match(after) is not None)
    if kind == GIVEN:
        # One character and 様 or 師 are words: 一様, 教師.
        if len(name) == 1 and not after.startswith(("さん", "さま", "くん", "ちゃん")):
            return False
        return called and not before.endswith(("お", "ご", "御"))
    return _AFTER.match(after) is not None


def add_again(
    data: bytes, begin: int, stop: int, lines: list[list[int]], found: dict[int, Found]
) -> None:
    """Adds what stands in a list beside a name, names by their ending, and parts of names."""
    _add_listed(data, begin, stop, found)
    _add_by_ending(data, begin, stop, found)
    parts: dict[str, None] = {}
    ends = {line[0]: line[1] for line in lines if line[3] in (FULL, PARTED)}
    for each in list(found.values()):
        if len(parts) > _NAMES:
            break
        name = data[each.start : each.end].decode(errors="ignore")
        if "・" in name:
            pieces = name.split("・")
            parts.update(dict.fromkeys(p for p in pieces if len(p) > 1 and p not in _NO_KATAKANA))
        elif each.start in ends:
            last = data[each.start : ends[each.start]].decode(errors="ignore").strip(" 　")
            given = name[len(last) :].strip(" 　")
            parts.update(dict.fromkeys(p for p in (last, given) if len(p) > 1))
    for part in parts:
        sought = part.encode()
        place = begin
        for _ in range(_PLACES):
            place = data.find(sought, place, stop)
            if place < 0:
                break
            end = place + len(sought)
            if _stands_alone(data, place, end, begin, stop, part):
                found.setdefault(place, Found(place, end, 0.65, False))
            place = end


def _stands_alone(data: bytes, start: int, end: int, begin: int, stop: int, part: str) -> bool:
    before = data[max(begin, start - 15) : start].decode(errors="ignore")
    after = data[end : min(stop, end + 9)].decode(errors="ignore")
    if _KATAKANA.match(part):
        return not (_KATAKANA.match(before[-1:]) or _KATAKANA.match(after[:1])) and (
            before[-1:] != "・" and after[:1] != "・"
        )
    alone = not re.match(f"[{_HAN}]", before[-1:]) or before.endswith(_ROLES)
    return alone and (_AFTER.match(after) or _CALLED.match(after)) is not None


def _add_listed(data: bytes, begin: int, stop: int, found: dict[int, Found]) -> None:
    waiting = list(found.values())
    while waiting:
        each = waiting.pop()
        after = data[each.end : min(stop, each.end + 100)].decode(errors="ignore")
        match = _NEXT.match(after)
        if not match:
            continue
        name = match.group(1)
        if "・" not in name and (
            name in _NO_CALLED
            or not any(is_japanese_surname(name[:n]) for n in range(2, min(4, len(name)) + 1))
        ):
            continue
        start = each.end + len(after[: match.start(1)].encode())
        if start not in found:
            new = Found(start, start + len(name.encode()), 0.7, each.private)
            found[start] = new
            waiting.append(new)


def _add_by_ending(data: bytes, begin: int, stop: int, found: dict[int, Found]) -> None:
    for ending in _ENDINGS:
        place = begin
        for _ in range(_PLACES):
            place = data.find(ending, place, stop)
            if place < 0:
                break
            end = place + len(ending)
            after = data[end : min(stop, end + 3)].decode(errors="ignore")
            before = data[max(begin, place - 18) : end].decode(errors="ignore")
            place = end
            whole = _WHOLE.search(before)
            if not whole or re.match(f"[{_HAN}]", after):
                continue
            name = whole.group()
            if name[-1] == "郎" and name[-2:-1] not in _BEFORE_LAST:
                continue
            for role in _ROLES:
                if name.startswith(role) and len(name) - len(role) >= 2:
                    name = name[len(role) :]
                    break
            if name in _NO_WHOLE or len(name) < 3:
                continue
            start = end - len(name.encode())
            if not any(e.start <= start < e.end for e in found.values()):
                found.setdefault(start, Found(start, end, 0.7, False))
