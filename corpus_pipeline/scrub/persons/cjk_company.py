"""Whether a list in which a candidate stands is one of persons: its items are of one kind.

茅台、五粮液、洋河、杜康、刘伶醉、孔府家酒      wines, whatever the fifth looks like
马聚源的帽、盛锡福的皮帽、张一元的茶          wares, no persons
"""

import re

from corpus_pipeline.scrub.persons.cjk_cues import KINS, ROLES, TITLES
from corpus_pipeline.scrub.persons.cjk_fields import is_full_name
from corpus_pipeline.scrub.persons.cjk_gain import is_minority_name, name_gain
from corpus_pipeline.scrub.persons.cjk_rows import Row
from corpus_pipeline.scrub.persons.cjk_tables import folded, is_chinese_word

#: Bytes on either side that are read, so that a long list is read once.
_WINDOW = 150
_SENTENCE = re.compile("[。；;！？!?\n：:，,（(《》“”\"'「」『』|\t]")
_NOTE = re.compile(r"[（(][^（()）\n]{0,16}[)）]|[（(][^（()）\n]{0,16}$")
#: The least gain of a name in a list.
_LIKE = -12
_BEFORE = sorted((*ROLES, *KINS), key=len, reverse=True)
_AFTER = sorted((*TITLES, "等"), key=len, reverse=True)


def _like_a_person(item: str) -> bool:
    """Says whether an item is a person: a name, perhaps with a role before or a title behind.

    >>> [_like_a_person(item) for item in ("司机邹小红", "皮帽", "约翰·史密斯", "李错记酱油")]
    [True, False, True, False]
    """
    name = re.sub("[ 　\\d.]", "", item)
    if not name or any(dot in name for dot in "·•‧"):
        return True
    if not all("\u3400" <= letter <= "\u9fff" for letter in name):
        # Names in Latin letters, numbers.
        return not any("\u3400" <= letter <= "\u9fff" for letter in name)
    if len(name) > 3:
        for word in _BEFORE:
            if name.startswith(word) and len(name) - len(word) >= 2:
                name = name[len(word) :]
                break
    if len(name) > 2:
        for word in _AFTER:
            if name.endswith(word) and len(name) - len(word) >= 1:
                name = name[: -len(word)]
                break
    if len(name) == 1:
        return True
    if is_minority_name(name):
        return True
    return is_full_name(name) and not is_chinese_word(folded(name)) and name_gain(name) >= _LIKE


def is_in_list_of_things(row: Row, start: int, end: int) -> bool:
    """Says whether a candidate is an item, or a part of one, of a list of other things."""
    data = row.data
    left = data[max(row.begin, start - _WINDOW) : start]
    right = data[end : min(row.stop, end + _WINDOW)]
    comma = "、".encode()
    if comma not in left and comma not in right:
        return False
    before = _NOTE.sub("", left.decode(errors="ignore"))
    cut = list(_SENTENCE.finditer(before))
    whole_left = bool(cut) or start - _WINDOW <= row.begin
    before = before[cut[-1].end() :] if cut else before
    after = _NOTE.sub("", right.decode(errors="ignore"))
    limit = _SENTENCE.search(after)
    whole_right = bool(limit) or end + _WINDOW >= row.stop
    after = after[: limit.start()] if limit else after
    lefts, rights = before.split("、"), after.split("、")
    if len(lefts) + len(rights) < 3:
        return False
    name = data[start:end].decode()
    own = lefts[-1] + name + rights[0]
    # The first item may have words before it, the last one words behind it.
    first, last = len(lefts) == 1, len(rights) == 1
    if first:
        own = name + rights[0]
    if last:
        own = (lefts[-1] if not first else "") + name
    others = [*lefts[1:-1], *rights[1:-1]]
    if not first and whole_left and _like_a_person(lefts[0]):
        others.append(lefts[0])
    if not last and whole_right and _like_a_person(rights[-1]):
        others.append(rights[-1])
    persons = sum(map(_like_a_person, others))
    if not _like_a_person(own):
        return persons < 2
    return len(others) >= 2 and persons * 2 < len(others)
