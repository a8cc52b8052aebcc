"""Runs of numbers: which groups of digits may be one telephone number together."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from corpus_pipeline.scrub.candidates import MIN_PHONE_DIGITS
from corpus_pipeline.scrub.folding import Folded
from corpus_pipeline.scrub.phone_words import LINE, NONE, announced_before, has_words, named_after

#: Digits of the longest number (E.164), and of one with an international prefix and a trunk digit.
MAX_DIGITS = 15
_MAX_DIALLED = 19

#: Pages from the first to the last of a range.
_MOST_PAGES = 200

_GROUP = re.compile(r"\d+")
#: What may stand between two groups of one number.
_GAP = re.compile(r" {1,2}| ?[-./] ?|\)[ \-./]{0,2}| ?\(| ?-\(|[ \-]?\[|\][ \-]?|-{2}|~")
_PREFIX = re.compile(r"(?<![\w)\]])\+\(?$|(?<![\w)\]])(?<![\d)\]] )\+ \(?$|\(\+? ?$|\[\+?$")

#: A date, perhaps with an hour.
DATE = re.compile(
    r"(?:19|20)\d\d(?:([\-/. ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[ T]\d\d?)?(?!\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])([\-/.])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)\d\d(?:[ T]\d\d?)?(?!\d)"
)

#: x12, ext. 12, 转12.
_EXTENSION = re.compile(
    r" ?[,;]? ?[(]?(?:x|ext\.?|extn\.?|extension|转|轉|分机|分機|内线|內線|내선|доб\.?|poste|ramal"
    r"|anexo|ต่อ|#)"
    r" ?[:.#：]? ?\d{1,6}(?!\d)",
    re.IGNORECASE,
)
#: The end of a second number that differs in its last digits: 202-555-0123/24
_SECOND = re.compile(r" ?/ ?\d{1,4}(?![\d/.\-])")
_CN_EXTENSION = re.compile(r"-\d{2,5}(?![\d\-])")


class Run(NamedTuple):
    """A run of numbers, cut into groups of digits."""

    folded: Folded
    groups: list[tuple[int, int]]
    gaps: list[str | None]
    """What stands between a group and the next; None if that parts two numbers."""
    words: bool
    """Whether a word that announces telephone numbers is anywhere near."""
    before: dict[int, int]
    """What the words before a number that begins somewhere say of it, once they have been read."""

    def announcement(self, number: "Number") -> int:
        """Says how words announce a number: `LINE`, `VERB`, `MENTIONED` or `NONE`."""
        if not self.words:
            return NONE
        said = self.before.get(number.start)
        if said is None:
            said = self.before[number.start] = announced_before(self.folded.plain, number.start)
        return said if said == LINE else max(said, named_after(self.folded.plain, number.tail))


class Number(NamedTuple):
    """Groups `first` to `last` of a run, taken for one number."""

    start: int
    """Where it begins, with its + or bracket."""
    end: int
    tail: int
    """Where it ends with its extension: x12, ext. 12, 转12."""
    first: int
    last: int
    international: bool
    digits: str


def read_run(folded: Folded, core: tuple[int, int]) -> Run:
    """Cuts a run of numbers, `core` of the view, into groups of digits."""
    view = folded.view
    groups = [match.span() for match in _GROUP.finditer(view, *core)]
    gaps = [
        gap if _GAP.fullmatch(gap) else None
        for (_, end), (start, _) in itertools.pairwise(groups)
        for gap in [view[end:start]]
    ]
    return Run(folded, groups, gaps, has_words(folded.plain, *core), {})


def take(
    run: Run, first: int, last: int, choose: Callable[[int, int], Number | None]
) -> Iterator[Number]:
    """Takes numbers from the left, each as `choose` finds it at a group, behind the last found."""
    found = run.groups[first - 1][1] if first else -1
    while first < last:
        number = choose(first, found)
        if number is None or (number.last >= last):
            first += 1
            continue
        yield number
        found = number.tail
        first = number.last + 1
        while first < last and run.groups[first][0] < found:
            first += 1


def prefix_of(view: str, start: int) -> str:
    """The + and the bracket before the first digit of a number."""
    before = view[max(0, start - 5) : start]
    match = _PREFIX.search(before) if before and before[-1] in "+( [" else None
    return match.group() if match else ""


def numbers_from(run: Run, first: int, prefix: str) -> list[Number]:
    """All groups that may be one number together, from a first one on; the shortest first."""
    numbers: list[Number] = []
    digits = 0
    for last in range(first, len(run.groups)):
        digits += run.groups[last][1] - run.groups[last][0]
        if digits > _MAX_DIALLED:
            break
        if digits >= MIN_PHONE_DIGITS:
            number = _number(run, first, last, prefix)
            if number is not None:
                numbers.append(number)
        if last + 1 < len(run.groups) and run.gaps[last] is None:
            break
    return numbers


def _number(run: Run, first: int, last: int, prefix: str) -> Number | None:
    """Takes groups for one number, with a + and balanced brackets; None if they do not balance."""
    view = run.folded.view
    start, end = run.groups[first][0], run.groups[last][1]
    international = "+" in prefix
    start -= len(prefix)
    inside = view[start:end]
    surplus = inside.count("(") - inside.count(")") + inside.count("[") - inside.count("]")
    if surplus and view[start] in "([":
        # The bracket is around the number and belongs to the text.
        start += 1
        surplus -= 1
    elif surplus and view[start : start + 1] == "+" and view[end : end + 1] in (")", "]"):
        end += 1
        surplus -= 1
    if surplus == 1 and view[end : end + 1] in (")", "]"):
        end += 1
        surplus = 0
    if surplus or view[start] == " ":
        return None
    digits = "".join(view[s:e] for s, e in run.groups[first : last + 1])
    tail = _with_extension(run.folded, end, digits, international)
    return Number(start, end, tail, first, last, international, digits)


def free_end(run: Run, first: int, enough: int) -> int:
    """The last group that a number of free form may have: a space ends it once a dash or a full
    stop has stood between later groups and there are `enough` digits, and so does a date, or the
    same grouping all over again."""
    view = run.folded.view
    sizes = [run.groups[first][1] - run.groups[first][0]]
    dashed = False
    for last in range(first, len(run.groups) - 1):
        gap = run.gaps[last]
        start, end = run.groups[last + 1]
        if (
            gap is None
            or (dashed and not gap.strip() and sum(sizes) >= enough)
            or DATE.match(view, start)
        ):
            return last
        if last > first and gap.strip() in ("-", ".", "/"):
            dashed = True
        sizes.append(end - start)
        half = len(sizes) // 2
        if (
            sum(sizes) > MAX_DIGITS - 1
            and len(sizes) % 2 == 0
            and sizes[:half] == sizes[half:]
            and sum(sizes[:half]) >= MIN_PHONE_DIGITS
        ):
            return first + half - 1
        if sum(sizes) > _MAX_DIALLED:
            return last
    return len(run.groups) - 1


def _with_extension(folded: Folded, end: int, digits: str, international: bool) -> int:
    """Where a number ends with its extension."""
    match = _EXTENSION.match(folded.plain, end)
    if match is None and digits.startswith("0") and not international and len(digits) >= 10:
        match = _CN_EXTENSION.match(folded.view, end)
    match = match or _SECOND.match(folded.view, end)
    if match is None:
        return end
    end = match.end()
    if "(" in match.group() and folded.view[end : end + 1] == ")":
        end += 1
    return end


def continues(run: Run, number: Number, found: int) -> bool:
    """Says whether the group before belongs to the number: a country code behind a +, an area code
    that begins with 0 or stands in brackets, the 1 before an area code in brackets."""
    if number.first == 0 or run.gaps[number.first - 1] is None:
        return False
    start, end = run.groups[number.first - 1]
    if found >= end:
        return False
    view, gap = run.folded.view, run.gaps[number.first - 1]
    size = end - start
    if view[start - 1 : start] == "_" or view[start - 1 : start].isalpha():
        # The end of a name: jw_0417 / 010 7708 1359
        return _abroad_before(run, number)
    return (
        _abroad_before(run, number)
        or (view[start] == "0" and 2 <= size <= 5)
        or (gap == ")" or (view[end] == ")" and size >= 3))
        or (size == 1 and view[number.start] == "(")
    )


def _abroad_before(run: Run, number: Number) -> bool:
    """Says whether a number goes on with groups that a country code behind a + began."""
    start, end = run.groups[0]
    # The + first: it is soon seen, and hardly any run of many groups has one.
    return (
        end - start <= 4
        and "+" in prefix_of(run.folded.view, start)
        and None not in run.gaps[: number.first]
        and sum(stop - first for first, stop in run.groups[: number.last + 1]) <= MAX_DIGITS + 1
    )


def is_range(groups: list[str]) -> bool:
    """Says whether two groups are the first and the last of some pages or items: 3462-3471.

    >>> is_range(["3462", "3471"]), is_range(["2761", "0621"]), is_range(["3462", "9471"])
    (True, False, False)
    """
    if len(groups) != 2 or len(groups[0]) != len(groups[1]):
        return False
    return 0 < int(groups[1]) - int(groups[0]) < _MOST_PAGES
