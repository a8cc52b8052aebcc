"""Names in lists beside names that are found: 冉茂林（尾号7712）、岑溪（尾号4408）、夔峰."""

import re

from corpus_pipeline.scrub.persons.cjk_cues import FIRMS, NO_NAMES, PLACES, SURNAMES
from corpus_pipeline.scrub.persons.cjk_fields import is_full_name
from corpus_pipeline.scrub.persons.cjk_gain import is_minority_name, is_rare_name, name_gain
from corpus_pipeline.scrub.persons.cjk_rows import Found, Row, add_found
from corpus_pipeline.scrub.persons.cjk_tables import folded, is_chinese_word, word_cost

_HAN = "\u3400-\u9fff"
#: A value of a list: a run of 2 to 4 characters, or a surname parted from the given name.
_VALUE = (
    f"((?:[{_HAN}](?:[ 　]{{1,3}}[{_HAN}]{{1,2}}){{1,2}}|[{_HAN}]{{2,6}}?))"
    f"(?=[^{_HAN}·•‧・]|等|和|与|及|$)"
)
_NOTE = r"(?:[ 　]?[（(][^（）()\n]{1,14}[）)])?"
_AMOUNT = r"[ \t　]{0,3}[¥￥]?\d[\d,.]{0,8}元?"
#: The begin of the next line of a list.
_NUMBER = r"\n[ ]?\d{1,3}[.、．)）]"
#: What parts a name from the next one: marks of lists, an amount, blanks.
_RIGHT = re.compile(
    f"{_NOTE}(?:([、,，;；/]|{_NUMBER})[ 　]?|({_AMOUNT})[ \t　、，,;；]{{1,3}}|([ 　]{{1,3}}))"
    f"{_VALUE}"
)
_LEFT = re.compile(
    f"(?:^|[^{_HAN}·•‧・])((?:[{_HAN}][ 　]{{1,3}}[{_HAN}]{{1,2}}|[{_HAN}]{{2,6}})){_NOTE}"
    rf"(?:([、,，;；/])[ 　]?|({_AMOUNT})[ \t　、，,;；]{{1,3}}|([ 　]{{1,3}}))$"
)
#: Bytes beside a name that are read.
_WINDOW = 100
#: The least gain of a name behind a mark of lists or an amount, behind a comma, behind a blank.
_LISTED, _COMMA, _BLANK = -30, 0, 6
#: The score of a name beside which a seldom surname counts.
_CERTAIN = 0.8
#: The cost of a seldom word and the gain from which it is a person.
_SELDOM, _PERSON = 70, 0


def _is_listed(value: str, mark: str | None, amount: str | None, seed: Found) -> bool:
    name = re.sub("[ 　]", "", value)
    simple = folded(name)
    if simple in FIRMS or simple in PLACES:
        return False
    # Persons that lists of words have as well: 丁文江.
    person = len(name) == 3 and word_cost(simple) >= _SELDOM and name_gain(name) >= _PERSON
    if name in NO_NAMES or (is_chinese_word(simple) and not person):
        return False
    surely = bool(amount) or (mark or " ")[0] in "、\n"
    if is_minority_name(name):
        return surely
    least = _LISTED if surely else (_COMMA if mark else _BLANK)
    rare = surely and seed.score >= _CERTAIN and is_rare_name(name)
    if not is_full_name(name) and not rare:
        return False
    if mark is None and amount is None and name[0] not in SURNAMES:
        return False
    return name_gain(name) >= least


def _is_of_a_generation(value: str, seed: str) -> bool:
    """Says whether two given names in a list share a character, as those of brothers do."""
    return len(value) == len(seed) == 2 and (value[0] == seed[0]) != (value[1] == seed[1])


def find_listed(row: Row, found: dict[int, Found]) -> None:
    """Adds what stands in a list beside the names of `found`, and beside these."""
    waiting = list(found.values())
    ends = {each.end for each in waiting}
    while waiting:
        each = waiting.pop()
        after = row.data[each.end : min(row.stop, each.end + _WINDOW)].decode(errors="ignore")
        match = _RIGHT.match(after)
        seed = row.data[each.start : each.end].decode(errors="ignore")
        if match and (
            _is_listed(match.group(4), match.group(1), match.group(2), each)
            or (match.group(1) == "、" and _is_of_a_generation(match.group(4), seed))
        ):
            start = each.end + len(after[: match.start(4)].encode())
            _take(
                row,
                Found(start, start + len(match.group(4).encode()), 0.7, each.private),
                found,
                ends,
                waiting,
            )
        before = row.data[max(row.begin, each.start - _WINDOW) : each.start].decode(errors="ignore")
        match = _LEFT.search(before[-32:])
        if match and (
            _is_listed(match.group(1), match.group(2), match.group(3), each)
            or (match.group(2) == "、" and _is_of_a_generation(match.group(1), seed))
        ):
            start = each.start - len(before[-32:][match.start(1) :].encode())
            _take(
                row,
                Found(start, start + len(match.group(1).encode()), 0.7, each.private),
                found,
                ends,
                waiting,
            )


def _take(
    row: Row, new: Found, found: dict[int, Found], ends: set[int], waiting: list[Found]
) -> None:
    if new.start in found or new.end in ends:
        return
    ends.add(new.end)
    add_found(found, new)
    waiting.append(new)
