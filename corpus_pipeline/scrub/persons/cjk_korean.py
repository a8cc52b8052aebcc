"""Names of persons in Korean text: a surname and two syllables beside a title, label, number."""

import re
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.cjk_fields import cells_below
from corpus_pipeline.scrub.persons.cjk_korean_again import (
    FOREIGN_STARTS,
    find_parts,
    is_announced,
    is_titled_surname,
)
from corpus_pipeline.scrub.persons.cjk_rows import Found
from corpus_pipeline.scrub.persons.cjk_tables import word_list
from corpus_pipeline.text.columns import Utf8


def _any_of(section: str) -> str:
    """Returns a pattern of the words of a section of cjk_words.txt, the first that fits."""
    return "|".join(re.escape(word).replace("_", " ?") for word in word_list(section))


#: How what is noted is like a name: syllables of names, any syllables, a surname of two, a surname
#: alone before a blank, the first two syllables of a foreign name.
PLAIN, ANY, DOUBLE, SINGLE, ABROAD = 1, 2, 3, 4, 5
_FIRST_HANGUL, _HANGULS = 0xAC00, 0x2BA4

#: Particles behind a name: 은, 이, 가, 의.
_UN, _I, _GA, _UI = (ord(letter) - _FIRST_HANGUL for letter in "은이가의")

#: Surnames by number of people (Statistics Korea), the common ones first.
_SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석"
    "선설마길연위표명기반라왕금옥육인맹제모탁국어은편용예봉경사부가복태목형피두감호음빈동온"
)
#: Syllables that given names begin and end with.
_BEGINS = (
    "민서지현수영정은성재준승동상진도하예유태경미혜윤우시종병광기용인원주호소보선희명숙순옥춘금귀건규다대두덕라래률만무문"
    "범봉부빛삼세슬아연완요욱의이일자장제창채철초충치한해향형홍화효훈흥가나남노근길강고"
)
_ENDS = (
    "준서우윤민현수영정은희숙자미경진호훈석철식환혁빈연아원주린람율후재성규태기용인일구국만복순옥분남례이솔지선형하란혜"
    "화길근균권봉배범별비상섭손솜승신안애양언열엽예온완욱웅월유은의임장제종중직찬창채천춘태택표필학한헌향홍효흠"
)
#: All others of the census, which count beside a title, a field or another name.
_RARE_SURNAMES = (
    "갈감견계교군궁궉근난낭내뇌누단당대돈란랑려로뢰류리림만망매묘무묵미비빙삼"
    "수순승시십아애야엽영옹완요운자잠점종좌준즙창초춘탄탕판팽평포풍필학해화환후"
)
#: Ends of adjectives, of words with a particle, of schools, offices and places.
_NO_ENDS = frozenset(
    "한는의된할를을가도로고며면게들적성화대초중시군구청부과팀실원회사점당국처단관소장용별급형은라다니지서에"
)
#: Titles that are words as well.
_DOUBTFUL = frozenset(word_list("korean doubtful titles"))
#: Surnames of two syllables.
_DOUBLE = word_list("korean surnames of two")
#: Those of them that are no words.
_SURE_DOUBLE = frozenset(("제갈", "남궁", "황보", "독고"))
#: Behind a space these are rather what they mean besides: inspection, amount, doubt.
_APART = frozenset(word_list("korean words, not titles"))
_TITLE = re.compile(rf"( ?)({_any_of('korean titles')})(?![가-힣]{{3}})")
_PARTICLE = re.compile(
    r"(?:[은는이가을를의와과도](?![가-힣])|에게|께서|씨|님|이라고|라고|입니다|이다|"
    r"이며|이고|의 )|[^가-힣]|$"
)
_LABEL = re.compile(
    rf"(?:{_any_of('korean fields')})"
    r"[\s*_`\"]{0,3}[:：|\t=][\s*_`\"|]{0,4}$"
)
#: Fields of the court, of a form, of a by-line that a name follows behind a blank, a line's end
#: or a bracket behind the name.
_FIELD = re.compile(rf"(?:^|[\n\t 　])(?:{_any_of('korean court fields')})[ 　]{{1,4}}$")
_ENDED = re.compile(r"[ 　]*(?:\n|$|[(,]|[ 　]{2})")
#: What may stand behind a title of somebody whom nothing else makes a name.
_FREE = re.compile("(?:[은는이가을를의와과도]|께서|에게|으로|로|님)?(?![가-힣])")
#: An age, or another note in brackets before a title: 은새롬(23)씨, 황보석(자영업)씨.
_NOTED = re.compile(
    r"\((?:\d{1,3}(?:세|살)?|[가-힣 ·,]{1,12})\) ?"
    r"(?:씨|양|군|님|[가-힣]{0,4}장|위원|의원|교수|대표|기자)|\([\u4e00-\u9fff]{2,5}[,)]"
)
_LIST_GAP = re.compile(r"((?:\([^()\n]{1,14}\))?[ ]?[,、ㆍ·/][ ]?)$")
#: What stands before the first name of a list.
_LIST_BEGIN = re.compile(r"(?:^|[\n:：,ㆍ·/(\[]) ?$")
_RIGHT_GAP = re.compile(r"(?:\([^()\n]{1,14}\))?[ ]?[,、ㆍ·/][ ]?")
_LISTED = re.compile(r"(?:\([^()\n]{1,14}\))?(?:[ ]?[,、ㆍ·/]| 등|\n|$|씨| [가-힣]{2,4})")
#: Head lines of columns of names, and cells that are names.
_HEADS = tuple(head.encode() for head in word_list("korean heads"))
_CELL = re.compile("[가-힣]{2,5}|[가-힣]{1,4}(?: [가-힣]{1,4}){1,3}")
_SELF_BEFORE = re.compile(r"(?:저는|제 이름은|나는|내 이름은|본인은)[ ,]{0,2}$")
#: Whoever greets says next who it is, perhaps with a firm before the name.
_GREETING = re.compile(
    r"(?:안녕하세요|안녕하십니까|반갑습니다|처음 ?뵙겠습니다|처음 ?뵙습니다)[ ,.!~]{0,4}"
    r"(?:\S{2,12} ){0,2}$"
)
_INTRODUCED = re.compile("(?:이라고|라고|이라) ?(?:합니다|해요|하는데|불러)|입니다")
_CALLED = re.compile("(?:이라고|라고|이라) ?(?:합니다|해요|하는데|불러)")
_SELF_AFTER = re.compile("입니다|이라고|라고 합니다|이라 합니다|올림|드림|배상")
_CONTACT = re.compile(
    r"01[016789][- .]?\d{3,4}[- .]?\d{4}|\d{6}-[1-4]\d{6}|[\w.]@\w|전화|연락처|휴대폰|"
    r"주민등록|주소|이메일|계좌"
)
#: Words that have the form of a name.
_WORDS = frozenset(word_list("korean words"))


def _flags(letters: str) -> NDArray[np.bool_]:
    flags = np.zeros(_HANGULS, np.bool_)
    flags[[ord(letter) - _FIRST_HANGUL for letter in letters]] = True
    return flags


@cache
def _tables() -> tuple[NDArray[np.bool_], ...]:
    return _flags(_SURNAMES), _flags(_RARE_SURNAMES), _flags(_BEGINS), _flags(_ENDS)


@cache
def _doubles() -> NDArray[np.int64]:
    """Returns the syllables of the surnames of two, as numbers, one after the other."""
    return np.array([ord(letter) - _FIRST_HANGUL for name in _DOUBLE for letter in name], np.int64)


@kernel
def pair_of(first, second):  # type: ignore[no-untyped-def]
    """Returns the place of two syllables in a table of 2**16."""
    return (first * 131 + second) & 0xFFFF


@cache
def _abroad() -> NDArray[np.bool_]:
    """Returns bool[2**16], whether a foreign name may begin with two syllables of such a place."""
    flags = np.zeros(1 << 16, np.bool_)
    for start in FOREIGN_STARTS:
        first, second = (ord(letter) - _FIRST_HANGUL for letter in start)
        flags[(first * 131 + second) & 0xFFFF] = True
    return flags


@cache
def _given_names() -> frozenset[str]:
    file = resources.files(__package__).joinpath("cjk_korean_given.txt")
    return frozenset(file.read_text(encoding="utf-8").split())


@kernel
def _hangul(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the number of the syllable at a byte, -1 where none stands."""
    if i + 2 >= stop or data[i] < 0xEA or data[i] > 0xED:
        return -1
    code = (
        ((np.int64(data[i]) & 0x0F) << 12)
        | ((np.int64(data[i + 1]) & 0x3F) << 6)
        | (np.int64(data[i + 2]) & 0x3F)
    ) - 0xAC00
    return code if code >= 0 and code < 0x2BA4 else -1


@kernel
def _scan_korean(data, offsets, wanted, lasts, rares, begins, ends, doubles, abroad, out):  # type: ignore[no-untyped-def]
    """Fills rows of `out` with row, first byte, syllables and kind of what could be a name; returns
    how many."""
    count = 0
    for row in range(len(offsets) - 1):
        if not wanted[row]:
            continue
        i, stop = offsets[row], offsets[row + 1]
        while i < stop:
            last = _hangul(data, i, stop)
            if last < 0:
                i += 1
                continue
            begin, end = _hangul(data, i + 3, stop), _hangul(data, i + 6, stop)
            whole = i
            while _hangul(data, whole, stop) >= 0:
                whole += 3
            length = (whole - i) // 3
            size = kind = 0
            if end >= 0 and lasts[last] and begins[begin] and ends[end]:
                size, kind = 3, PLAIN
            elif (last >= 0 and (lasts[last] or rares[last])) and (
                length == 3 or length == 4 or length == 5
            ):
                # Any two syllables behind a surname, before a title or a particle.
                size, kind = 3, ANY
            if length >= 3 and length <= 6:
                for k in range(0, len(doubles), 2):
                    if doubles[k] == last and doubles[k + 1] == begin:
                        # 제갈윤이, 제갈윤서
                        fourth = _hangul(data, i + 9, stop)
                        particle = length == 4 and fourth in (_UN, _I, _GA, _UI)
                        size, kind = (3 if length == 3 or particle else 4), DOUBLE
            # One that nothing announces needs the syllables of names.
            if kind == ANY:
                sign = data[i - 1] if i > offsets[row] else np.uint8(0x0A)
                near = data[whole] if whole < stop else np.uint8(0x0A)
                if sign == 0x20 and near == 0x20 and length > 4:
                    kind = 0
            if length > 1 and not kind and abroad[pair_of(last, begin)]:
                size, kind = 2, ABROAD
            if length == 1 and lasts[last] and whole < stop and data[whole] == 0x20:
                size, kind = 1, SINGLE
            if kind:
                if count < len(out):
                    out[count, 0], out[count, 1], out[count, 2], out[count, 3] = row, i, size, kind
                count += 1
            # On to the next word.
            i = whole
    return count


def find_korean(
    text: Utf8, data: bytes, wanted: NDArray[np.bool_], everyone: bool
) -> list[tuple[int, Found]]:
    """Finds names in the rows that are wanted; rows ascend.

    Args:
        text: the buffers of N texts.
        data: the same bytes.
        wanted: bool[N].
        everyone: all persons, not those in a private context alone.
    """
    room = len(text.data) // 64 + 64
    while True:
        out = np.empty((room, 4), np.int32)
        count = _scan_korean(
            text.data, text.offsets, wanted, *_tables(), _doubles(), _abroad(), out
        )
        if count <= room:
            break
        room = count
    found: list[tuple[int, Found]] = []
    weak: list[tuple[int, int, int, bytes]] = []
    unsure: list[tuple[int, int, int]] = []
    names: dict[tuple[int, bytes], bool] = {}
    columns: dict[int, dict[int, int]] = {}
    abroad: dict[int, list[int]] = {}
    listed: dict[int, int] = {}
    for row, start, size, kind in out[:count].tolist():
        begin, stop = int(text.offsets[row]), int(text.offsets[row + 1])
        if row not in columns:
            columns[row] = _cells(data, begin, stop)
            listed = {}
        name = data[start : start + 3 * size]
        if kind == ABROAD or (everyone and name.decode()[:2] in FOREIGN_STARTS):
            abroad.setdefault(row, []).append(start)
            if kind == ABROAD:
                continue
        if kind == SINGLE:
            if everyone and is_titled_surname(data, begin, start, stop):
                found.append((row, Found(start, start + 3, 0.6, False)))
            continue
        if name.decode() in _WORDS:
            continue
        verdict = _judge(data, begin, start, stop, size, kind, listed)
        if start in columns[row]:
            verdict = True, True
        if (verdict is None or verdict == (False, False)) and (
            kind != ANY
            or _LIST_BEGIN.search(data[max(begin, start - 6) : start].decode(errors="ignore"))
        ):
            unsure.append((row, start, size))
        if verdict is None:
            continue
        sure, private = verdict
        if sure or private:
            names[row, name] = names.get((row, name), False) or private
            listed[start + 3 * size] = 2 if private else 1
        weak.append((row, start, size, name))
    _add_left(data, text, unsure, weak, names)
    for row, start, size, name in weak:
        known = names.get((row, name))
        if known is not None and (known or everyone):
            found.append((row, Found(start, start + 3 * size, 0.8, known)))
    if everyone:
        by_row: dict[int, list[Found]] = {}
        by_row_unsure: dict[int, list[tuple[int, int]]] = {}
        for row, start, size, name in weak:
            if (row, name) not in names and size == 3:
                by_row_unsure.setdefault(row, []).append((start, start + 9))
        for row, each in found:
            by_row.setdefault(row, []).append(each)
        for row in np.flatnonzero(wanted).tolist():
            limits = int(text.offsets[row]), int(text.offsets[row + 1])
            here = find_parts(
                data, *limits, by_row.get(row, ()), by_row_unsure.get(row, ()), abroad.get(row, ())
            )
            found += [(row, each) for each in here]
    for row, starts in columns.items():
        for start, end in starts.items():
            found.append((row, Found(start, end, 0.9, True)))
    return sorted(found, key=lambda each: (each[0], each[1].start, -each[1].end))


def _add_left(
    data: bytes,
    text: Utf8,
    unsure: list[tuple[int, int, int]],
    weak: list[tuple[int, int, int, bytes]],
    names: dict[tuple[int, bytes], bool],
) -> None:
    """Adds to `weak` and `names` what stands in a list before a name: 최현배, 김두봉, 장지영 등."""
    starts = {start: names[row, name] for row, start, _, name in weak if (row, name) in names}
    for row, start, size in reversed(unsure):
        end = start + 3 * size
        after = data[end : min(int(text.offsets[row + 1]), end + 48)].decode(errors="ignore")
        gap = _RIGHT_GAP.match(after)
        following = end + len(gap.group().encode()) if gap else -1
        if following in starts:
            starts[start] = starts[following]
            name = data[start:end]
            names[row, name] = names.get((row, name), False) or starts[start]
            weak.append((row, start, size, name))


def _cells(data: bytes, begin: int, stop: int) -> dict[int, int]:
    """Returns first bytes and ends of the cells of columns of names."""
    places: dict[int, int] = {}
    for head in _HEADS:
        place = data.find(head, begin, stop)
        if place >= 0:
            cells, (column, _) = cells_below(data, (place, place + len(head)), begin, stop)
            names = [(start, end) for start, end, value in cells if _CELL.fullmatch(value)]
            if column >= 0 and len(names) * 2 >= len(cells):
                places.update(names)
    return places


def _judge(
    data: bytes, begin: int, start: int, stop: int, size: int, kind: int, listed: dict[int, int]
) -> tuple[bool, bool] | None:
    """Says of a candidate whether it is a person for certain, and whether a private one; None where
    it is no name."""
    end = start + 3 * size
    after = data[end : min(stop, end + 60)].decode(errors="ignore")
    title = _TITLE.match(after) or _NOTED.match(after)
    if title and title.re is _TITLE and title.group(1) and title.group(2) in _APART:
        title = None
    if not title and not _PARTICLE.match(after):
        return None
    before = data[max(begin, start - 60) : start].decode(errors="ignore")
    labelled = _LABEL.search(before) is not None
    # A field and a blank alone: 원고 명남주.
    fielded = bool(_FIELD.search(before)) and bool(_ENDED.match(after))
    # Behind a name and a sign of lists.
    gap = _LIST_GAP.search(before)
    neighbour = 0
    if gap and _LISTED.match(after):
        neighbour = listed.get(start - len(gap.group(1).encode()), 0)
    if neighbour:
        return True, neighbour == 2
    self_named = bool(_SELF_BEFORE.search(before)) and bool(_SELF_AFTER.match(after))
    given = data[end - 6 : end].decode()
    # 은 is a particle as well, and 식 and 자 end many a word.
    known = kind == PLAIN and given in _given_names() and given[-1] not in "은식자"
    greeted = kind != ANY and _INTRODUCED.match(after) and _GREETING.search(before)
    self_named = self_named or bool(greeted) or (known and bool(_CALLED.match(after)))
    line = re.split("[.!?\n]", after)[0]
    near = (
        kind != ANY
        and bool(title or labelled or not after[:1].strip() or after[:1] in ",(/|")
        and bool(_CONTACT.search(line[:24]))
    )
    if kind == ANY and title and not (_is_surely(title, given) and _FREE.match(after, title.end())):
        title = None
    # 감독 비율이
    ended = given[-1] in "은는이가을를의도와과로" and not "가" <= after[:1] <= "힣"
    announced = not ended and is_announced(before)
    if kind != PLAIN and given[-1] in _NO_ENDS:
        announced = False
    if kind == DOUBLE and data[start : start + 6].decode() in _SURE_DOUBLE:
        announced = True
    if kind != PLAIN and not (title or labelled or fielded or self_named or near):
        return announced, False
    return bool(title) or known or fielded or announced, labelled or self_named or near


def _is_surely(title: re.Match[str], given: str) -> bool:
    """Says whether a title announces any two syllables behind a surname: 님, 씨, a role behind a
    blank, if these do not end as adjectives, offices and schools do (정확한 경위, 한림고 교장)."""
    if title.re is _NOTED or title.group(2) in ("씨", "님"):
        return True
    return bool(title.group(1)) and given[-1] not in _NO_ENDS and title.group(2) not in _DOUBTFUL
