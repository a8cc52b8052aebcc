"""Which candidates of a Chinese text are names, and where its persons are named again."""

import re
from collections import Counter

from corpus_pipeline.scrub.persons.cjk_abroad import find_parts, read_abroad, read_dotted
from corpus_pipeline.scrub.persons.cjk_again import find_again
from corpus_pipeline.scrub.persons.cjk_called import (
    cut_address,
    find_called,
    read_given,
    read_surname,
)
from corpus_pipeline.scrub.persons.cjk_company import is_in_list_of_things
from corpus_pipeline.scrub.persons.cjk_cues import (
    ABROAD_LETTERS,
    COMPOUND_SURNAMES,
    CONTACT_WORDS,
    FIELD,
    FIRMS,
    FOREIGN,
    KIN,
    PLACES,
    ROLE,
    SELF,
    SPEECH,
    THING,
    TITLE,
)
from corpus_pipeline.scrub.persons.cjk_gain import is_minority_name, name_gain
from corpus_pipeline.scrub.persons.cjk_lists import find_listed
from corpus_pipeline.scrub.persons.cjk_read import CUED, LIKELY, RARE_GAIN, has_sex, read_field
from corpus_pipeline.scrub.persons.cjk_rows import Found, Row, add_found
from corpus_pipeline.scrub.persons.cjk_scan import (
    ABROAD_RUN,
    DOT,
    GIVEN_ALONE,
    LABEL,
    NAME,
    SURNAME,
)
from corpus_pipeline.scrub.persons.cjk_tables import (
    NO_COST,
    folded,
    is_chinese_word,
    surname_cost,
    word_cost,
)

#: Scores from which a candidate is a name, in 1/COST_UNITS: beside a cue (a role, a title, a
#: verb of speech); without one, of two characters and of more; and what less suffices in a text
#: that names somebody for certain.
_SHORT, _LONG, _TRUST = 42, 30, 12
#: The least gain of a name with a seldom surname that nothing announces.
_RARE_ALONE = 24
#: What suffices less where the same candidate stands twice.
_REPEATED = 16
#: What a name of nothing but letters of foreign names (贝叶斯) needs more without a cue.
_ABROAD = 30
#: What it needs more where its last letter and the next one do not let a name end there, where its
#: surname is a rare one, and where it ends as names of waters, hills and towns do.
_GOES_ON, _RARE, _SCENERY = 10, 10, 18
#: From this cost on a surname is rare: one person in four hundred has it, or fewer.
_RARE_COST = 36
_NEVER = 1000
#: What a surname of two characters adds.
_COMPOUND = 20
#: A name without a cue that counts as certain.
_CERTAIN = 48
#: Characters around a name in which a person's numbers count.
_NEAR = 24

_BEFORE, _AFTER = (FIELD, SELF, ROLE, KIN), (SPEECH, TITLE)
_HAN = "[\u3400-\u9fff]"
#: Numbers and words that stand beside the name of a private person.
_CONTACT = re.compile(
    r"(?<!\d)1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?!\d)|(?<!\d)\d{17}[\dXx]|\d{3,4}-\d{7,8}|[\w.]@\w|"
    f"{'|'.join(CONTACT_WORDS)}|<PHONE|<EMAIL|<CN_ID"
)
_DOTS = tuple(dot.encode() for dot in "·•‧")
#: Endings of trades that are seldom the last letter of a name.
_TRADES = frozenset("生员师工者員師")
_PLACE_ENDS = frozenset("街路县市区村镇乡省縣區鎮鄉邨県")
_STREETS = frozenset("街路巷弄")
#: Machines, stores, animals, drinks, buildings, villages: hardly a given name ends so.
_THING_ENDS = frozenset(
    "线線斋坊铺鋪牌机柜库器杆伞鱼鲷鲹酒池渠沟滩坝堤闸墩岙岗寨屯庄关庵塔桥車機櫃庫傘魚溝灘壩莊關橋车"
)
#: Waters, hills, towns and temples, in which given names end as well.
_SCENERY_ENDS = frozenset("河江湖海山川岭峰泉洞岛湾城台树业寺祠墓嶺島灣臺樹業梁楼樓图圖")
#: Surnames that behind other letters are a party, a fee, a payment, a store, "must".
_PARTIES = frozenset("方费付库须費庫須")
#: What follows a piece of the name of an organisation or a street.
_ORGANISATION = re.compile(
    f"(?:(?![的和与是在说及、对将被为]){_HAN}|[（(）)]){{0,10}}?(?:有限|公司|集团|集團|股份|大学|大學|医院|学院|银行|事务所|出版社|研究所|委员会|[街路][A-Za-z0-9一二三四五六七八九十]|大道|大街|大厦)|"
    f"{_HAN}{{0,2}}(?:奖学金|奖教金|基金会|图书馆|体育馆|教学楼|研究院|书院|望远镜|编钟|冷凝管|纪念[馆堂碑]|小学|中学|希望小学|[班號号]舰)"
)
_FOREIGN, _ABROAD_LETTERS = frozenset(FOREIGN), frozenset(ABROAD_LETTERS)
#: Capital numerals of amounts of money.
_NUMERALS = frozenset("零壹贰贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整貳參陸萬億圓幣")
#: Surnames that behind a person are a preposition or an auxiliary.
_PREPOSITIONS = frozenset("向于从由和有应时但则应")
_TITLE_MARKS = ("《".encode(), "〈".encode())
_CLAUSE_END = re.compile("[。！？!?\n]")
_DATE = re.compile(
    r"(?:\d{4}|[二一][〇零○Oo\d九]{3})\s*[年./-]\s*[\d一二三四五六七八九十]{1,2}\s*[月./-]"
)
_REGARDS = re.compile("(?:此致|敬礼|敬禮|顺祝|祝好|谨上|敬上|敬启|致礼|您的|落款)")


def find_in_row(row: Row, everyone: bool) -> list[Found]:
    """Finds the names of a text, ascending and apart."""
    found: dict[int, Found] = {}
    at_start = {
        start: number
        for number, start in enumerate(row.starts)
        if row.kinds[number] == NAME and row.scores[number] >= LIKELY - 12
    }
    tables: dict[int, int] = {}
    plain: list[tuple[int, int]] = []
    times: Counter[bytes] = Counter()
    for number, kind in enumerate(row.kinds):
        if kind == LABEL:
            read_field(row, number, at_start, tables, found)
        elif kind == DOT and everyone:
            read_dotted(row, number, found)
        elif kind == SURNAME and everyone:
            read_surname(row, number, found)
        elif kind == GIVEN_ALONE and everyone:
            read_given(row, number, found)
        elif kind == ABROAD_RUN and everyone:
            read_abroad(row, number, found)
        elif kind == NAME and row.afters[number] != THING:
            if _cut(row, number):
                continue
            cued = row.befores[number] in _BEFORE or row.afters[number] in _AFTER
            if _beside_dot(row, number) or _is_trade(row, number):
                continue
            if row.befores[number] not in _BEFORE and _is_part(row, number):
                continue
            if not row.befores[number] and _is_party(row, row.starts[number]):
                continue
            cued = cued or has_sex(row, row.ends[number])
            if _is_none(row, number, cued):
                continue
            score = row.scores[number] + _compound_bonus(row, row.starts[number])
            masked = "某" in row.data[row.starts[number] : row.ends[number]].decode()
            private = (
                not masked
                and score >= (CUED if cued else LIKELY)
                and (row.befores[number] in (FIELD, SELF) or _is_private(row, number))
            )
            if row.befores[number] not in _BEFORE and row.afters[number] == SPEECH:
                # Trees die and rivers come as persons do.
                last = row.data[row.ends[number] - 3 : row.ends[number]].decode()
                score -= _NEVER if last in _THING_ENDS else _SCENERY * (last in _SCENERY_ENDS)
            if private or (everyone and cued and score >= CUED):
                add_found(found, Found(row.starts[number], row.ends[number], 0.85, private))
            elif everyone and score >= _LONG - _TRUST - _REPEATED:
                plain.append((number, score))
                times[row.data[row.starts[number] : row.ends[number]]] += 1
    if plain:
        trusted = bool(found) or any(
            score >= _CERTAIN and row.ends[number] - row.starts[number] > 6
            for number, score in plain
        )
        for number, score in plain:
            start, end = row.starts[number], row.ends[number]
            needed = (_LONG if end - start > 6 else _SHORT) - (_TRUST if trusted else 0)
            if end - start > 6 and times[row.data[start:end]] > 1:
                needed -= _REPEATED
            if score >= needed + _doubts(row, number) and not is_in_list_of_things(row, start, end):
                sure = score >= _CERTAIN
                add_found(found, Found(start, end, 0.7 if sure else 0.5, False))
    if everyone:
        find_called(row, found)
    find_listed(row, found)
    find_again(row, found, everyone)
    if everyone:
        find_parts(row, found)
    chosen: list[Found] = []
    for each in sorted(found.values(), key=lambda f: (f.start, -f.end)):
        if (each.private or everyone) and (not chosen or each.start >= chosen[-1].end):
            chosen.append(each)
    return chosen


def _cut(row: Row, number: int) -> bool:
    """Cuts a form of address off a candidate; says whether nothing but a surname is left, which
    stands as a candidate of its own."""
    start, end = row.starts[number], row.ends[number]
    name = row.data[start:end].decode()
    after = row.data[end : min(row.stop, end + 3)].decode(errors="ignore")
    kept = cut_address(name, after)
    if kept == name:
        return False
    row.ends[number] = start + 3 * len(kept)
    row.afters[number] = TITLE
    return len(kept) == 1 or kept in COMPOUND_SURNAMES


def _compound_bonus(row: Row, start: int) -> int:
    """Returns what a surname of two characters that is no usual word (东方) adds to a score."""
    surname = row.data[start : start + 6].decode(errors="ignore")
    return _COMPOUND if surname in COMPOUND_SURNAMES and word_cost(folded(surname)) >= 65 else 0


def _doubts(row: Row, number: int) -> int:
    """Says how much more a candidate without a cue needs to be a name, by its letters."""
    start, end = row.starts[number], row.ends[number]
    name = row.data[start:end].decode()
    if "某" in name or is_minority_name(name):
        return 0
    following = row.data[end : min(row.stop, end + 3)].decode(errors="ignore")[:1]
    before = row.data[max(row.begin, start - 3) : start].decode(errors="ignore")[-1:]
    if name[-1] in _THING_ENDS or _is_abroad(name, before, following):
        return _NEVER
    if before in _FOREIGN and name[0] in _FOREIGN:
        return _NEVER
    needed = _ABROAD if all(letter in _FOREIGN for letter in name) else 0
    if "\u3400" <= following <= "\u9fff" and not row.afters[number]:
        needed += _GOES_ON
    if surname_cost(name[0]) >= _RARE_COST:
        needed += _RARE
    return needed + (_SCENERY if name[-1] in _SCENERY_ENDS else 0)


def _is_abroad(name: str, before: str, following: str) -> bool:
    """Says whether a candidate is a piece of a longer name in foreign letters.

    >>> _is_abroad("马穆鲁", "及", "克"), _is_abroad("马明", "和", "说")
    (True, False)
    """
    goes_on = following in _ABROAD_LETTERS
    if len(name) > 2 and goes_on and all(letter in _ABROAD_LETTERS for letter in name):
        return True
    foreign = sum(letter in _FOREIGN for letter in name)
    return foreign > 1 and (goes_on or before in _FOREIGN)


def _is_none(row: Row, number: int, cued: bool) -> bool:
    """Says whether a candidate is no name: numerals, a family (吴氏), a title of a work, and a rare
    surname that nothing announces."""
    start, end = row.starts[number], row.ends[number]
    name = row.data[start:end].decode()
    if is_minority_name(name):
        return False
    simple = folded(name)
    if not cued:
        behind = folded(row.data[end : min(row.stop, end + 6)].decode(errors="ignore"))
        longer = (simple, simple + behind[:1], simple + behind[:2])
        if simple[0] == "阿" or any(each in FIRMS or each in PLACES for each in longer):
            return True
    if name[1:] == "氏" or all(letter in _NUMERALS for letter in name):
        return True
    # A seldom surname is mostly a verb, so that the given name has to be one.
    rare = surname_cost(name[0]) == NO_COST and name[:2] not in COMPOUND_SURNAMES
    least = RARE_GAIN if cued else _RARE_ALONE
    if rare and (len(name) < 3 or name_gain(name) < least):
        return True
    following = row.data[end : min(row.stop, end + 3)].decode(errors="ignore")
    before = row.data[max(row.begin, start - 3) : start].decode(errors="ignore")
    if name[-1] in _STREETS and following.isascii() and following.isalnum():
        # 崇文李路Y座
        return True
    if before in _PLACE_ENDS and following in _PLACE_ENDS and before and following:
        # 石川县金泽市
        return True
    if (
        name[0] in _PREPOSITIONS
        and row.befores[number] in (FIELD, ROLE, KIN)
        and row.afters[number] not in _AFTER
        and "\u3400" <= following <= "\u9fff"
    ):
        # 债权人向提存部门
        return True
    # A title of a work that begins with a name.
    return row.data[max(row.begin, start - 3) : start] in _TITLE_MARKS


def _is_part(row: Row, number: int) -> bool:
    """Says whether a candidate is a piece of the name of a place or an organisation."""
    end = row.ends[number]
    if row.data[end - 3 : end].decode() in _PLACE_ENDS:
        return True
    after = row.data[end : min(row.stop, end + 42)].decode(errors="ignore")
    return _ORGANISATION.match(after) is not None


def _is_trade(row: Row, number: int) -> bool:
    """Says whether a candidate is a word and the ending of those who do it: 高中生, 钟点工."""
    name = row.data[row.starts[number] : row.ends[number]].decode()
    return len(name) == 3 and name[-1] in _TRADES and is_chinese_word(name[:2])


def _is_party(row: Row, start: int) -> bool:
    """Says whether a letter before a candidate makes its surname a word: 双方, 水费, 必须."""
    letters = row.data[max(row.begin, start - 3) : start + 3].decode(errors="ignore")
    return letters[-1] in _PARTIES and "\u3400" <= letters[0] <= "\u9fff" and len(letters) == 2


def _beside_dot(row: Row, number: int) -> bool:
    """Says whether a candidate is a part of a name with middle dots, which is read as a whole."""
    start, end = row.starts[number], row.ends[number]
    return row.data[max(row.begin, start - 3) : start].endswith(_DOTS) or row.data[
        end : min(row.stop, end + 3)
    ].startswith(_DOTS)


def _is_private(row: Row, number: int) -> bool:
    """Says whether a person's numbers stand beside a name, or it signs a letter."""
    start, end = row.starts[number], row.ends[number]
    after = row.data[end : min(row.stop, end + 3 * _NEAR)].decode(errors="ignore")
    limit = _CLAUSE_END.search(after)
    if _CONTACT.search(after[: limit.start() if limit else _NEAR]):
        return True
    before = row.data[max(row.begin, start - 60) : start].decode(errors="ignore")
    tail = _CLAUSE_END.split(before)[-1]
    if re.search(r"(?:\d{17}[\dXx]|1[3-9]\d{9})[)）,，;；/\s\t|]{1,3}$", tail):
        return True
    # Alone on its line with a date below or beside it, or regards above it.
    if not after.strip(" \t　") or after.lstrip(" \t　\r")[:1] == "\n":
        line = before.rpartition("\n")[2].strip(" 　\t")
        if not line and (_REGARDS.search(before[-16:]) or _DATE.match(after.strip(" \t　\r\n"))):
            return True
    return False
