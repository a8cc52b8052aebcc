"""How well a value of a few characters would do as a name: its cost as one, its cost as words."""

from functools import lru_cache

from corpus_pipeline.scrub.persons.cjk_cues import COMPOUND_SURNAMES, RARE_SURNAMES, SURNAMES
from corpus_pipeline.scrub.persons.cjk_tables import (
    FIRST_HAN,
    GIVEN,
    LAST,
    NO_COST,
    RARE,
    SOLE,
    chinese_tables,
    folded,
    is_chinese_word,
    word_cost,
    word_list,
)

#: Costs of any name, of a given name of one character and of two: see `cjk_weigh`.
_ANY, _SHORT, _LONG = 25, 9, 2
_COMPOUND = 40
_NEVER = 1000
_PARTS = frozenset(word_list("minority parts"))
#: Single characters that names of minorities have besides.
_ENDS = frozenset(word_list("minority ends"))
#: Characters that no given name has: particles, pronouns, conjunctions, punctuation of forms.
_NO_GIVEN = frozenset(
    "的了吗呢吧么们这那哪我你您他她它和与及或者是在被把给让没不很都也就还只又再最该各每些某氏等个只"
)


def word_reading(value: str) -> int:
    """Returns the least cost of reading folded characters as words."""
    letters = chinese_tables().letters
    best = [0]
    for end in range(1, len(value) + 1):
        costs = [best[end - 1] + int(letters[ord(value[end - 1]) - FIRST_HAN, SOLE])]
        for length in range(2, min(4, end) + 1):
            costs.append(best[end - length] + word_cost(value[end - length : end]))
        best.append(min(costs))
    return best[-1]


def _name(value: str) -> int:
    letters = chinese_tables().letters
    if value[:2] in COMPOUND_SURNAMES and len(value) > 2:
        last, given = _COMPOUND, value[2:]
    elif len(value) == 4 and value[0] in SURNAMES and value[1] in SURNAMES:
        # A married woman's surname before her own: 顏陳月娥.
        last, given = _COMPOUND, value[2:]
    else:
        row = letters[ord(value[0]) - FIRST_HAN]
        last = int(row[LAST]) & NO_COST
        last = int(row[RARE]) or _NEVER if last == NO_COST else last
        given = value[1:]
    if len(given) == 1:
        return _ANY + last + _SHORT + int(letters[ord(given) - FIRST_HAN, GIVEN])
    if len(given) == 2:
        first, second = (letters[ord(letter) - FIRST_HAN] for letter in given)
        return _ANY + last + _LONG + int(first[GIVEN + 1]) + int(second[GIVEN + 2])
    return _NEVER


@lru_cache(1 << 12)
def name_gain(value: str) -> int:
    """Returns by how much a value of Han characters is cheaper as a name than as words.

    The value itself counts as no word. In 1/COST_UNITS; -1000 where it has not the form of a name.

    >>> name_gain("刘玉华") > 20, name_gain("金融部") < -40, name_gain("的士")
    (True, True, -1000)
    """
    value = folded(value)
    if not 2 <= len(value) <= 4 or _NO_GIVEN & set(value[1:]):
        return -_NEVER
    cost = _name(value)
    return -_NEVER if cost >= _NEVER else word_reading(value) - cost


def given_gain(value: str) -> int:
    """Returns by how much two folded characters are cheaper as a given name than as words.

    >>> given_gain("佩弦") > given_gain("中学")
    True
    """
    letters = chinese_tables().letters
    first, second = (letters[ord(letter) - FIRST_HAN] for letter in value)
    cost = 2 * _ANY + _LONG + int(first[GIVEN + 1]) + int(second[GIVEN + 2])
    return word_reading(value) - cost


def is_rare_name(value: str) -> bool:
    """Says whether a value begins with a surname that is seldom one, and is no word.

    >>> is_rare_name("税丽"), is_rare_name("税务"), is_rare_name("刘丽")
    (True, False, False)
    """
    value = folded(value)
    row = chinese_tables().letters[ord(value[0]) - FIRST_HAN]
    rare = value[0] in RARE_SURNAMES or bool(row[RARE])
    return rare and 2 <= len(value) <= 3 and not is_chinese_word(value) and name_gain(value) > -40


def is_minority_name(value: str) -> bool:
    """Says whether a value is made of parts of names of China's minorities.

    >>> [is_minority_name(value) for value in ("买买提江", "桑杰才让", "马上通知")]
    [True, True, False]
    """
    value = folded(value)
    if not 2 <= len(value) <= 8 or (len(value) < 4 and is_chinese_word(value)):
        return False
    # Whether the first characters are parts: 0 not, 1 letters alone, 2 a part among them.
    reached = [1] + [0] * len(value)
    for end in range(1, len(value) + 1):
        if reached[end - 1] and value[end - 1] in _ENDS:
            reached[end] = reached[end - 1]
        for length in range(2, min(4, end) + 1):
            if reached[end - length] and value[end - length : end] in _PARTS:
                reached[end] = 2
    return reached[-1] == 2
