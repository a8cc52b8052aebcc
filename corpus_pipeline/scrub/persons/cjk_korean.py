"""Names of persons in Korean text: a surname and two syllables beside a title, label, number."""

import re
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.cjk_rows import Found
from corpus_pipeline.scrub.persons.cjk_tables import word_list
from corpus_pipeline.text.columns import Utf8

_FIRST_HANGUL, _HANGULS = 0xAC00, 0x2BA4

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
_TITLES = (
    "씨|님|선생님|선생|교수|대표|사장|회장|부장|과장|차장|대리|팀장|이사|의원|장관|대통령|총리|시장|지사|기자|변호사|검사|판사|박사|의사|원장|"
    "감독|선수|코치|작가|배우|가수|군|양|학생|주무관|사무관|실장|본부장|센터장|연구원|책임|매니저|강사|간호사|경위|경감|할머니|할아버지"
)
#: Behind a space these are rather what they mean besides: inspection, amount, doubt.
_APART = frozenset(word_list("korean words, not titles"))
_TITLE = re.compile(f"( ?)({_TITLES})(?![가-힣]{{3}})")
_PARTICLE = re.compile(
    r"(?:[은는이가을를의와과도](?![가-힣])|에게|께서|씨|님|이라고|라고|입니다|이다|"
    r"이며|이고|의 )|[^가-힣]|$"
)
_LABEL = re.compile(
    r"(?:이름|성명|성함|담당자|담당|수령인|수취인|받는 ?사람|받는 ?분|보내는 ?사람|"
    r"보내는 ?분|예금주|신청인|신청자|대표자|대표|작성자|고객명|환자명|환자|"
    r"보호자|연락처|계약자|피보험자|기자|저자|글쓴이|작가|강사|주문자|예약자|피고인|원고|피고|증인|학생|지원자|회원명|의뢰인|책임자|임차인|임대인)"
    r"[\s*_`\"]{0,3}[:：|\t=][\s*_`\"|]{0,4}$"
)
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
def _tables() -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    return _flags(_SURNAMES), _flags(_BEGINS), _flags(_ENDS)


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
def _scan_korean(data, offsets, wanted, lasts, begins, ends, out):  # type: ignore[no-untyped-def]
    """Fills rows of `out` with row and first byte of what has a name's form; returns how many."""
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
            if lasts[last]:
                begin, end = _hangul(data, i + 3, stop), _hangul(data, i + 6, stop)
                if begin >= 0 and end >= 0 and begins[begin] and ends[end]:
                    if count < len(out):
                        out[count, 0], out[count, 1] = row, i
                    count += 1
            # On to the next word.
            while _hangul(data, i, stop) >= 0:
                i += 3
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
        out = np.empty((room, 2), np.int32)
        count = _scan_korean(text.data, text.offsets, wanted, *_tables(), out)
        if count <= room:
            break
        room = count
    found: list[tuple[int, Found]] = []
    weak: list[tuple[int, int, bytes]] = []
    names: dict[tuple[int, bytes], bool] = {}
    for row, start in out[:count].tolist():
        stop = int(text.offsets[row + 1])
        name = data[start : start + 9]
        verdict = _judge(data, int(text.offsets[row]), start, stop)
        if verdict is None or name.decode() in _WORDS:
            continue
        sure, private = verdict
        if sure or private:
            names[row, name] = names.get((row, name), False) or private
        weak.append((row, start, name))
    for row, start, name in weak:
        known = names.get((row, name))
        if known is not None and (known or everyone):
            found.append((row, Found(start, start + 9, 0.8, known)))
    return found


def _judge(data: bytes, begin: int, start: int, stop: int) -> tuple[bool, bool] | None:
    """Says whether a form is a name for sure, and of a private person; None: it is none."""
    end = start + 9
    after = data[end : min(stop, end + 60)].decode(errors="ignore")
    title = _TITLE.match(after)
    if title and title.group(1) and title.group(2) in _APART:
        title = None
    if not title and not _PARTICLE.match(after):
        return None
    before = data[max(begin, start - 45) : start].decode(errors="ignore")
    labelled = _LABEL.search(before) is not None
    self_named = bool(_SELF_BEFORE.search(before)) and bool(_SELF_AFTER.match(after))
    given = data[start + 3 : end].decode()
    # 은 is a particle as well, and 식 and 자 end many a word.
    known = given in _given_names() and given[-1] not in "은식자"
    greeted = _INTRODUCED.match(after) and _GREETING.search(before)
    self_named = self_named or bool(greeted) or (known and bool(_CALLED.match(after)))
    line = re.split("[.!?\n]", after)[0]
    near = bool(title or labelled or not after[:1].strip() or after[:1] in ",(/|") and bool(
        _CONTACT.search(line[:24])
    )
    return bool(title) or known, labelled or self_named or near
