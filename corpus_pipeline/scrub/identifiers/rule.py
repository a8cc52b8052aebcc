"""What a rule is: the forms of an identifier, its check, and whether it needs a word."""

import datetime
import itertools
from collections.abc import Callable, Iterable
from typing import NamedTuple


def _always(_: str) -> bool:
    return True


class Rule(NamedTuple):
    """One way in which an identifier is written."""

    entity: str
    """Its name in `entities.TABLE`; its words are those of this name in `words.words`."""
    forms: tuple[str, ...]
    """Forms without separators; `forms.expanded` says what `9`, `A` and `*` are."""
    check: Callable[[str], bool] = _always
    """Is given the identifier in capitals without separators."""
    alone: tuple[str, ...] = ()
    """Exact forms, with separators, in which it is found without a word."""
    close: bool = False
    """Whether the word must lead straight to it: for identifiers without a check."""
    strict: bool = False
    """Whether its check holds even where a word leads straight to it: people invent numbers whose
    check digit is wrong, and still mean them."""
    named: str = ""
    """The key of its words in `words.words`, if it is not the entity."""

    @property
    def words(self) -> str:
        """The key of its words."""
        return self.named or self.entity


def is_date(year: int, month: int, day: int) -> bool:
    """Says whether there is such a day.

    >>> is_date(2000, 2, 29), is_date(1900, 2, 29)
    (True, False)
    """
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def is_short_date(digits: str, order: str = "ymd") -> bool:
    """Says whether six digits are a day of some century, in an order of year, month and day.

    >>> is_short_date("000229"), is_short_date("310299", "dmy"), is_short_date("020199", "mdy")
    (True, False, True)
    """
    parts = {order[k]: int(digits[2 * k : 2 * k + 2]) for k in range(3)}
    # Of the years that end in two digits one is a leap year if the digits are a multiple of 4.
    return is_date(2000 + parts["y"], parts["m"], parts["d"])


def runs(form: str, *counts: Iterable[int] | int) -> tuple[str, ...]:
    """Writes forms with runs of several lengths, one `#` for each run of digits.

    >>> runs("A#", range(6, 8)), runs("#A#", 2, 3)
    (('A999999', 'A9999999'), ('99A999',))
    """
    forms = [form]
    for each in counts:
        lengths = (each,) if isinstance(each, int) else tuple(each)
        forms = [done.replace("#", "9" * n, 1) for done in forms for n in lengths]
    return tuple(forms)


def plate_forms() -> tuple[str, ...]:
    """The forms of licence plates: four to eight digits and letters in at most four runs, two
    digits and a letter at least.

    >>> [form in plate_forms() for form in ("AA99AAA", "9999999", "A9A9A9A")]
    [True, False, False]
    """
    return tuple(
        form
        for length in range(4, 9)
        for form in map("".join, itertools.product("A9", repeat=length))
        if len(list(itertools.groupby(form))) <= 4 and 1 < form.count("9") < length
    )
