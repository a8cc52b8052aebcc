"""Reads a candidate: which rule takes it, and what the words around it say."""

import re

from corpus_pipeline.scrub.context import begins_alone, ends_alone, is_quantity, is_serial
from corpus_pipeline.scrub.folding import Folded
from corpus_pipeline.scrub.identifiers.check_digits import uniform
from corpus_pipeline.scrub.identifiers.countries import nearness
from corpus_pipeline.scrub.identifiers.devices import is_checked_vin, is_vin
from corpus_pipeline.scrub.identifiers.labels import (
    AFTER,
    BEFORE,
    SPECIFIC,
    first_label,
    has_other,
    is_denied,
    is_foreign,
    labels_in,
    last_label,
    leads_straight,
    parts_sentences,
)
from corpus_pipeline.scrub.identifiers.rule import Rule
from corpus_pipeline.scrub.identifiers.rule_tables import VIN, RuleTables
from corpus_pipeline.scrub.identifiers.scan import ALONE, NUMERO

_FORM = str.maketrans({**dict.fromkeys("0123456789", "9"),
                       **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A")})  # fmt: skip
_SEPARATORS = re.compile(r"[^0-9A-Za-z]+")


#: Dates, addresses of hosts, decimals and versions, which are no numbers of anything.
_NO_IDENTIFIER = re.compile(
    r"(?:[0-3]?\d([-/.])[0-3]?\d\1(?:19|20)\d\d|(?:19|20)\d\d([-/.])[0-3]?\d\2[0-3]?\d(?: \d\d)?"
    r"|(?:(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])(?:\.(?!$)|$)){4}"
    r"|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d|\d{1,5} ?/ ?(?:19|20)\d\d|[vV]\d+(?:\.\d+)+|\d+\.\d+)"
)

#: Forms of telephone numbers of North America: what no check says is another number.
_TELEPHONE = re.compile(r"9[-. ]999[-. ]999[-. ]9999|999-999-9999|999[.]999[.]9999")


def may_be(loaded: RuleTables, inside: bytes, bits: int) -> bool:
    """Says whether a rule could take a candidate, before the text around it is read."""
    if bits & loaded.birth or not inside.isascii():
        return True
    written = inside.decode()
    if _NO_IDENTIFIER.fullmatch(written):
        return False
    if bits & loaded.masks.get(_SEPARATORS.sub("", written).upper().translate(_FORM), 0):
        return True
    return bits & ALONE != 0 and _exact_form(written) in loaded.alone


def best_rule(
    loaded: RuleTables, folded: Folded, span: tuple[int, int], bits: int, language: str | None
) -> tuple[str, float] | None:
    """Returns the entity that a candidate is, and how sure that is."""
    start, end = span
    plain, view = folded.plain, folded.view
    written = view[start:end].replace(NUMERO, " ")
    if not written.isascii() or _NO_IDENTIFIER.fullmatch(written):
        return None
    compact = _SEPARATORS.sub("", written).upper()
    exact = _exact_form(written)
    by_itself = loaded.alone.get(exact, ())
    before, after = plain[max(0, start - BEFORE) : start], plain[end : end + AFTER]
    # Words that stand near; most candidates have none that a rule asks for.
    known = labels_in(before).keys() | labels_in(after).keys()
    rules = [
        rule
        for rule in loaded.by_form.get(compact.translate(_FORM), ())
        if (rule.words in known and bits & loaded.bits[rule.words]) or rule in by_itself
    ]
    if not rules:
        return None
    letters = [each for each in written if each.isalpha()]
    if any(each.islower() for each in letters) and any(each.isupper() for each in letters):
        return None
    if is_foreign(plain[start - 1 : start]) or is_foreign(plain[end : end + 1]):
        return None
    if by_itself and (
        not _is_by_itself(folded, start, end, compact)
        or (compact.isdigit() and has_other(before[-24:]))
    ):
        by_itself = ()
    best: tuple[float, str, float] | None = None
    for rule in rules:
        said = bits & loaded.bits[rule.words]
        right = rule.check(compact)
        if not right and (rule.strict or uniform(compact)):
            continue
        named = _named(rule, before, after, right) if said else None
        if named is None and not (right and rule in by_itself):
            continue
        if named is not None and not right and _TELEPHONE.fullmatch(exact):
            continue
        # Of rules whose word is as near the one with a check is the right one.
        rank = (1000.0 if named is None else named) + 10 * rule.close + 20 * (not right)
        rank -= nearness(rule.entity[:2], before + after, language)
        if best is None or rank < best[0]:
            score = 0.9 if right and not rule.close else 0.6
            best = (rank, rule.entity, score)
    return best[1:] if best else None


def _exact_form(written: str) -> str:
    form = written.upper().translate(_FORM)
    return re.sub(r"\s*([-./])\s*", r"\1", re.sub(r"\s+", " ", form))


def _is_by_itself(folded: Folded, start: int, end: int, compact: str) -> bool:
    """Says whether a candidate stands alone, as no part of something else."""
    view, plain = folded.view, folded.plain
    if not compact.isdigit() and view[start:end] != view[start:end].upper():
        return False
    return (
        begins_alone(view, start)
        and ends_alone(view, end)
        and not is_quantity(plain, start, end)
        and not (is_serial(plain, start))
    )


def _named(rule: Rule, before: str, after: str, right: bool) -> float | None:
    """Returns how far the word of a rule stands from a number; None: it has none.

    The word of a number without a check, or whose check fails, must lead straight to it.
    """
    close = rule.close or not right
    key = rule.words if right else rule.words + SPECIFIC
    label = last_label(key, before)
    if label is not None and not right and is_denied(before[: label[0]]):
        return None
    if label is not None and not has_other(before, label):
        between = before[label[1] :]
        if leads_straight(between) or not (close or parts_sentences(between)):
            return float(len(between))
    if close:
        behind = _AFTER_LABEL.match(after)
        if behind is None:
            return None
        label = first_label(key, after[behind.end() :])
        return None if label is None or label[0] > 2 else 200.0
    label = first_label(key, after)
    if label is None or has_other(before[-24:]):
        return None
    between = after[: label[0]]
    if parts_sentences(between) or "\n" in between or any(each.isdigit() for each in between):
        return None
    return 200.0 + label[0]


_VIN_RULE = Rule(VIN, (), is_vin)


def is_vehicle(folded: Folded, start: int, end: int) -> bool:
    """Says whether a token of seventeen characters is the number of a vehicle."""
    view, plain = folded.view, folded.plain
    token = view[start:end]
    if not token.isascii() or not is_vin(token.upper()):
        return False
    certain = token == token.upper() and is_checked_vin(token)
    # A comma beside it parts cells, and is none of a decimal.
    if (
        certain
        and (view[start - 1 : start] == "," or begins_alone(view, start))
        and (view[end : end + 1] == "," or ends_alone(view, end))
        and not is_serial(plain, start)
    ):
        return True
    before, after = plain[max(0, start - BEFORE) : start], plain[end : end + AFTER]
    return _named(_VIN_RULE, before, after, right=True) is not None


#: What leads from a number back to the word that names it: "X1234567 (passport)".
_AFTER_LABEL = re.compile(
    r"\s?(?:[(\[]\s?|(?:is|was|as|for|,) (?:my|his|her|the|your|our|their|a) )", re.IGNORECASE
)
