"""Telephone numbers: which digits of a run of numbers to believe.

Digits that fit a numbering plan are everywhere: 2147483647 is a number in Dallas. What makes a
telephone number is the way it is written and what stands around it:

    +46 (0)8 928 571 38          a country code
    Phone: 467 3395, 468 2 fax   a word, whether the plan knows the number or not
    (202) 418-0069, 010-30142250 the grouping of a region, and a number that its plan has
    13812345678                  eleven digits that only a Chinese mobile number has
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from corpus_pipeline.scrub.candidates import MIN_PHONE_DIGITS
from corpus_pipeline.scrub.context import begins_alone, ends_alone, is_quantity, is_serial
from corpus_pipeline.scrub.folding import UNSPACED, Folded
from corpus_pipeline.scrub.phone_runs import (
    DATE,
    MAX_DIGITS,
    Number,
    Run,
    continues,
    free_end,
    is_range,
    numbers_from,
    prefix_of,
    read_run,
    take,
)
from corpus_pipeline.scrub.phone_words import LINE, MENTIONED, NONE, VERB, named_after
from corpus_pipeline.scrub.plans import (
    NumberingPlan,
    country_code,
    is_grouped,
    is_international,
    is_possible,
)

#: A decimal fraction; two years; two hours; a social security number; one digit all over.
_NO_TELEPHONE = re.compile(
    r"\d\d?[.:]\d\d ?- ?\d\d?[.:]\d\d|"
    r"\d+\.\d+|(?:1\d|20)\d\d ?[-/~. ] ?(?:1\d|20)\d\d|\d{3}-\d{2}-\d{4}|(\d)\1{6,}|"
    # The year and number of a Chinese official paper: (2018)366.
    r"[(\[](?:1\d|20)\d\d[)\]] ?\d{1,4}"
)
#: A date or a fraction that is all of a run of numbers.
_NEVER = re.compile(rf"(?:{DATE.pattern})|(?!\d{{3,4}}\.\d{{4}}(?!\d))\d+\.\d+")
#: Two groups with a full stop between, which are a number only behind a word: 9539.4757
_DOTTED = re.compile(r"\d{3,4}\.\d{4}")
#: A postal code of the United States behind the name of a state.
_ZIP = re.compile(r"\d{5}-\d{4}")
_STATE = re.compile(r"(?:[A-Z]{2}|[A-Z]\. ?[A-Z]\.|[a-z]),? {1,3}$")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .]\d{3})+")

#: North America: area code, exchange, line, with a separator after the exchange that is no space.
_NANP = re.compile(
    r"(?:(?:00)?1[\-. ]?)?(?:\([2-9]\d\d\)[ \-]?|[2-9]\d\d(?: ?[\-./] ?| ))[2-9]\d\d ?[\-.] ?\d{4}"
)
#: The same without a space: whether its area code is in use or not, little else is written so.
_PARTED = re.compile(
    r"(?:\([2-9]\d\d\)[ \-]?|(?<!\d)[2-9]\d\d(?P<sign>[\-.]))[2-9]\d\d(?(sign)(?P=sign)|[\-.])\d{4}"
)
#: Three, three and four digits with dashes, perhaps behind a 1: nothing else has that form.
_DASHES = re.compile(r"(?:1-)?\d{3}-\d{3}-\d{4}")

#: China: mobile numbers, alone or in 3-4-4; 400 and 800 numbers.
_CN_MOBILE = re.compile(r"(?:(?:00)?86[ \-]?)?1[3-9]\d(?:\d{8}|([ \-./])\d{4}\1\d{4})")
_CN_SERVICE = re.compile(r"[48]00[ \-]\d{3}[ \-]\d{4}|[48]00[ \-]\d{4}[ \-]\d{3}")
_LETTERED = re.compile(
    r"(?:1[ \-])?(?:\(8(?:00|33|44|55|66|77|88)\)[ \-]?|8(?:00|33|44|55|66|77|88)-)"
    r"(?=[0-9\-]{0,6}[A-Z]{2})(?:[A-Z0-9]-?){6,9}[A-Z0-9](?![A-Za-z0-9])"
)
#: A trunk 0 and three groups with dashes, as in Japan, Korea, Thailand, Taiwan, South Africa.
_DASHED = re.compile(r"0[1-9]\d{0,3}-\d{3,4}-\d{4}")
#: Area code, a stroke and the rest, as in Germany; Brazil: area code, four or five digits, four.
_STROKE = re.compile(r"0[1-9]\d{1,3} ?/ ?\d{4,8}")
#: The number of a firm and of its switchboard or a line in it (DIN 5008): 03394 423-0
_CENTRAL = re.compile(r"0[1-9]\d{1,4}[ /]{1,3}\d{2,7} ?- ?\d{1,4}")
_BR = re.compile(r"[1-9]\d 9?\d{4}-\d{4}")
#: An area code with its trunk digit in brackets, 10 or 11 digits: whether it is in use or not.
_BRACKETED = re.compile(r"\(0[1-9]\d{0,3}\)[ \-]?\d{3,4}[ \-]?\d{3,4}")
#: The word for the next thing in a list that has no separators: 13812345678QQ:1234
_LABEL_BEHIND = re.compile(r"(?:QQ|WX|VX|Tel|Fax|E-?mail|Mob|Phone)(?![A-Za-z]*\d)", re.IGNORECASE)
_NEXT_WORD = re.compile(" [A-Za-z]")
#: Pairs of digits after a 0, with full stops: the one grouping where these are no decimal points.
_PAIRS = re.compile(r"0[1-9](?:\.\d\d){4}")


def find_phones(
    folded: Folded,
    core: tuple[int, int],
    plans: Sequence[NumberingPlan],
    mobiles: re.Pattern[str] | None = None,
) -> Iterator[tuple[int, int]]:
    """Yields the spans of the telephone numbers in a window.

    Args:
        core: first and last + 1 character of the run of numbers in the view; the rest is context.
        plans: the regions whose numbers are found without a country code.
        mobiles: the form of the mobile numbers that are found in one group of digits, too.

    >>> from corpus_pipeline.scrub.folding import fold
    >>> from corpus_pipeline.scrub.plans import load_plan
    >>> text = fold("(+1 202 418 0069), 202-418-0069 x12, 2024180069")
    >>> list(find_phones(text, (0, 47), [load_plan("US")]))
    [(1, 16), (19, 35)]
    """
    view = folded.view
    start = core[0]
    for lettered in _LETTERED.finditer(view, start):
        if lettered.start() >= core[1]:
            break
        if begins_alone(view, lettered.start()):
            yield from _find_in_run(folded, (start, lettered.start()), plans, mobiles)
            yield lettered.span()
            start = lettered.end()
    yield from _find_in_run(folded, (start, core[1]), plans, mobiles)


def _find_in_run(
    folded: Folded,
    core: tuple[int, int],
    plans: Sequence[NumberingPlan],
    mobiles: re.Pattern[str] | None,
) -> Iterator[tuple[int, int]]:
    view = folded.view
    if _NEVER.fullmatch(view, *core) and view[core[0] - 1 : core[0]] != "+":
        return
    run = read_run(folded, core)
    groups = run.groups
    # Numbers that a plan has come first; what is left between them may have a free form.
    planned = list(take(run, 0, len(groups), partial(_planned, run, plans, mobiles)))
    taken = list(planned)
    if run.words or "+" in view[max(0, core[0] - 3) : core[1]]:
        bounds = [0]
        for number in planned:
            bounds += [number.first, number.last + 1]
        bounds.append(len(groups))
        for first, last in zip(bounds[::2], bounds[1::2], strict=True):
            taken += take(run, first, last, partial(_announced, run, last))
    for number in sorted(taken):
        yield number.start, number.tail


def is_one_number(
    folded: Folded,
    core: tuple[int, int],
    plans: Sequence[NumberingPlan],
    mobiles: re.Pattern[str] | None,
) -> bool:
    """Says whether all groups of a run of numbers are one number of some plan. So only what the
    plans say of these digits was asked, and nothing of fewer of them."""
    run = read_run(folded, core)
    number = _planned(run, plans, mobiles, 0, -1)
    return number is not None and number.last + 1 == len(run.groups)


def _planned(
    run: Run,
    plans: Sequence[NumberingPlan],
    mobiles: re.Pattern[str] | None,
    first: int,
    found: int,
) -> Number | None:
    """The longest number of some plan that begins with a group."""
    view = run.folded.view
    start = run.groups[first][0]
    prefix = prefix_of(view, start)
    if "+" not in prefix:
        if not run.words and not _may_begin(view, start, plans):
            return None
        if DATE.match(view, start):
            return None
    for number in reversed(numbers_from(run, first, prefix)):
        if _is_planned(run, number, found, plans, mobiles):
            return number
    return None


def _announced(run: Run, last: int, first: int, found: int) -> Number | None:
    """The longest number of free form that begins with a group and ends before another."""
    view = run.folded.view
    start = run.groups[first][0]
    prefix = prefix_of(view, start)
    if not run.words and "+" not in prefix:
        return None
    if DATE.match(view, start):
        return None
    limit = min(last - 1, free_end(run, first, 9 if "+" in prefix else MIN_PHONE_DIGITS))
    for number in reversed(numbers_from(run, first, prefix)):
        if number.last <= limit and _is_announced(run, number, found):
            return number
    return None


def _may_begin(view: str, start: int, plans: Sequence[NumberingPlan]) -> bool:
    """Says whether a number without a word and a + may begin here, by its first digits."""
    digit = view[start]
    if digit == "0":
        return view[start + 1 : start + 2].isdecimal()
    if digit in "18" and _CN_MOBILE.match(view, start):
        return True
    if digit in "48" and _CN_SERVICE.match(view, start):
        return True
    if _NANP.match(view, start) or (
        view[start - 1 : start] == "(" and _NANP.match(view, start - 1)
    ):
        return True
    if _DASHES.match(view, start):
        return True
    # Where no trunk digit is dialled a number begins with any digit, and everywhere one may begin
    # with an area code in brackets; Russia dials an 8.
    return view[start - 1 : start] == "(" or any(
        not plan.trunk or view.startswith(plan.trunk, start) for plan in plans
    )


def _begins(run: Run, number: Number, found: int) -> bool:
    """Says whether a number begins alone, or right behind another telephone number."""
    view = run.folded.view
    if begins_alone(view, number.start):
        return True
    # A cell of a table; a decimal comma stands before no 0 with another digit behind it.
    if view[number.start - 1 : number.start] == "," and _is_marked(view, number):
        return True
    return found >= 0 and run.folded.view[found : number.start].strip(" /-") == ""


def _is_marked(view: str, number: Number) -> bool:
    """Says whether a number begins as no quantity does: with a +, a bracket or a trunk 0."""
    digits = number.digits[:2]
    return view[number.start] in "(+" or (digits[:1] == "0" and digits != "00")


def _ends(run: Run, number: Number) -> bool:
    """Says whether a number ends alone, or at a stroke that parts it from another."""
    view = run.folded.view
    if ends_alone(view, number.tail) or _LABEL_BEHIND.match(view, number.tail):
        return True
    if view[number.tail : number.tail + 1] == "," and (
        _is_marked(view, number) or "-" in view[number.start : number.end]
    ):
        return True
    if number.last + 1 == len(run.groups) or view[number.end] != "/":
        return False
    digits = 0
    for last in range(number.last, len(run.groups) - 1):
        if run.gaps[last] is None:
            break
        digits += run.groups[last + 1][1] - run.groups[last + 1][0]
    return digits >= MIN_PHONE_DIGITS


def _in_sequence(run: Run, number: Number, found: int) -> bool:
    """Says whether a group more on either side is parted as the groups of the number are: numbers
    of a table."""
    inner = set(run.gaps[number.first : number.last])
    before = run.gaps[number.first - 1] if number.first else None
    after = None
    if number.last < len(run.gaps) and number.tail == number.end:
        after = run.gaps[number.last]
    behind_found = found >= 0 and found >= run.groups[number.first - 1][1]
    return (before in inner and before is not None and not behind_found) or (
        after in inner and after is not None
    )


def _is_planned(
    run: Run,
    number: Number,
    found: int,
    plans: Sequence[NumberingPlan],
    mobiles: re.Pattern[str] | None,
) -> bool:
    """Says whether a number of some plan is written as its region or all the world writes it."""
    view, plain = run.folded.view, run.folded.plain
    text = view[number.start : number.end]
    if not _ends(run, number) and not run.words:
        return False
    if number.international:
        after = run.gaps[number.last] if number.last < len(run.gaps) else None
        return (
            is_international(number.digits)
            and begins_alone(view, number.start)
            and (after is None or after not in run.gaps[number.first : number.last])
            and (_ends(run, number) or run.announcement(number) == LINE)
        )
    if _NO_TELEPHONE.fullmatch(text) or text.startswith("[") or continues(run, number, found):
        return False
    if _ZIP.fullmatch(text) and _STATE.search(plain, max(0, number.start - 8), number.start):
        return False
    nanp = _NANP.fullmatch(text) is not None
    mobile = _CN_MOBILE.fullmatch(text) is not None
    grouped = number.last > number.first
    said = run.announcement(number)
    # What no word announces must be grouped and alone, whatever the plans say of its digits.
    if said == NONE and not (nanp or mobile) and (not grouped or _in_sequence(run, number, found)):
        return (
            mobiles is not None
            and mobiles.fullmatch(text) is not None
            and _begins(run, number, found)
            and _ends(run, number)
            and not is_quantity(plain, number.start, number.end)
            and not is_serial(plain, number.start)
        )
    fits = [plan for plan in plans if plan.dialled.fullmatch(number.digits)]
    regions = {plan.region for plan in fits}
    if said < VERB and not (_begins(run, number, found) and _ends(run, number)):
        return False
    if nanp:
        # 555 is the exchange of examples: fiction, but written as a number.
        return any(plan.region in NORTH_AMERICA for plan in plans) and (
            bool(regions & NORTH_AMERICA)
            or said >= MENTIONED
            or (number.digits.startswith("00") and is_international(number.digits[2:]))
            or _PARTED.search(text) is not None
        )
    if is_quantity(plain, number.start, number.end) or is_serial(plain, number.start):
        return False
    if mobile:
        # A word that says so knows of blocks that the plan does not know yet.
        known = regions if said < VERB else {plan.region for plan in plans}
        return "CN" in known and _edges(run, number, found, said)
    if (
        _DASHED.fullmatch(text)
        or _DASHES.fullmatch(text)
        or ("CN" in regions and _CN_SERVICE.fullmatch(text))
    ):
        return not _in_sequence(run, number, found)
    if grouped and number.digits.startswith("00") and is_international(number.digits[2:]):
        return _edges(run, number, found, said) and not _in_sequence(run, number, found)
    if _BRACKETED.fullmatch(text) and 10 <= len(number.digits) <= 11:
        return not _in_sequence(run, number, found)
    if not fits:
        return False
    groups = [view[s:e] for s, e in run.groups[number.first : number.last + 1]]
    # Without the trunk digit, groups before or behind may be a part of it: 21 253 109 8211
    written = any(is_grouped(plan, groups) for plan in fits) or (
        any(is_grouped(plan, groups, trunk=False) for plan in fits)
        and not _in_sequence(run, number, found)
    )
    if said >= VERB:
        # Digits in another grouping may be two numbers; what is said of them is seen later.
        return (
            (written if grouped else said == LINE or len(number.digits) >= _ENOUGH)
            and _edges(run, number, found, said)
            and not (said == VERB and _is_count(run, number))
        )
    if said == MENTIONED:
        return (
            len(number.digits) >= 9
            and not _THOUSANDS.fullmatch(text)
            and (
                not grouped
                or written
                or _CENTRAL.fullmatch(text) is not None
                or (len(groups) > 2 and all(1 < len(group) < 5 for group in groups[1:]))
            )
        )
    if _BR.fullmatch(text) and "BR" in regions:
        return not _in_sequence(run, number, found)
    if ("/" in text and not (_STROKE.fullmatch(text) and regions & _STROKES)) or ".." in text:
        return False
    if is_range(groups):
        return False
    if "." in text and not _PAIRS.fullmatch(text):
        return False
    bracketed = text.startswith("(")
    # Two groups without a trunk digit and a word behind them are a house number and a street, too.
    short = len(groups) == 2 and _NEXT_WORD.match(plain, number.tail) is not None
    return any(
        (len(groups[0]) > 1 or groups[0] == plan.trunk)
        and (plan.trunk or bracketed or not short)
        and (is_grouped(plan, groups) or (bracketed and is_grouped(plan, groups, trunk=False)))
        for plan in fits
        if plan.region not in NORTH_AMERICA
    )


#: Digits of a number that is written without groups behind a verb: Norwegian ones have eight.
_ENOUGH = 8
#: Regions that write a stroke behind the area code.
_STROKES = frozenset({"DE", "AT", "CH", "LI", "LU"})
NORTH_AMERICA = frozenset({"US", "CA", "PR", "DO", "JM", "BS", "BB", "TT", "BM"})


def _edges(run: Run, number: Number, found: int, said: int) -> bool:
    """Says whether a number stands alone, or is glued to the word that announces it."""
    view, plain = run.folded.view, run.folded.plain
    before = view[number.start - 1 : number.start]
    begins = (
        _begins(run, number, found)
        or (said == LINE and not before.isdecimal())
        or (said == VERB and before == "=")
    )
    if begins and _ends(run, number):
        return True
    # The word behind it: 3660170548-Fax
    return begins and named_after(plain, number.tail) > NONE


def _is_count(run: Run, number: Number) -> bool:
    """Says whether digits in threes are a count of what the next word names."""
    text = run.folded.view[number.start : number.end]
    after = run.folded.plain[number.end : number.end + 2].lstrip(" ")
    return (
        bool(_THOUSANDS.fullmatch(text))
        and after[:1].isalpha()
        and UNSPACED.match(after) is None
        and not named_after(run.folded.plain, number.tail)
    )


def _is_announced(run: Run, number: Number, found: int) -> bool:
    """Says whether to believe digits that no plan has: behind a + with a known country code and
    groups, or a word that says that they are a telephone number."""
    view, plain = run.folded.view, run.folded.plain
    text = view[number.start : number.end]
    grouped = number.last > number.first
    said = run.announcement(number)
    digits = len(number.digits) - ("(0)" in text)
    if number.international:
        return (
            bool(country_code(number.digits))
            and 8 <= digits <= MAX_DIGITS
            and (
                (grouped and digits >= 9 and " - " not in text)
                or said >= VERB
                or (text[0] == "+" and text[1:].isdecimal() and is_possible(number.digits))
            )
            and begins_alone(view, number.start)
            and (_ends(run, number) or said == LINE)
        )
    if (
        said < VERB
        or digits > MAX_DIGITS
        or not _edges(run, number, found, said)
        or (_NO_TELEPHONE.fullmatch(text) and not (said == LINE and _DOTTED.fullmatch(text)))
        or (said < LINE and _ZIP.fullmatch(text))
        or is_serial(plain, number.start)
        or is_quantity(plain, number.start, number.end)
        or _is_count(run, number)
    ):
        return False
    if said == LINE:
        return grouped or digits >= MIN_PHONE_DIGITS
    groups = run.groups[number.first + 1 : number.last + 1]
    return grouped and all(end - start > 1 for start, end in groups)
