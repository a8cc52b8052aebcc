"""Finds identifiers: candidates of the scan, read by the rules that take their form."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from corpus_pipeline.scrub.context import begins_alone, ends_alone, is_quantity, is_serial
from corpus_pipeline.scrub.entities import INDEX, TABLE
from corpus_pipeline.scrub.folding import Folded, fold
from corpus_pipeline.scrub.identifiers import (
    america,
    asia,
    britain,
    central_europe,
    devices,
    eastern_europe,
    latin_america,
    northern_europe,
    south,
    southern_europe,
)
from corpus_pipeline.scrub.identifiers.birth_dates import find_birth_dates
from corpus_pipeline.scrub.identifiers.forms import EXACT, MERGED, expanded, form_number, hash_table
from corpus_pipeline.scrub.identifiers.labels import (
    AFTER,
    BEFORE,
    first_label,
    last_label,
    last_other,
    leads_straight,
    parts_sentences,
    word_numbers,
)
from corpus_pipeline.scrub.identifiers.rule import Rule, runs
from corpus_pipeline.scrub.identifiers.scan import (
    ALONE,
    HARDWARE,
    VEHICLE,
    WALLET,
    WANT_CRYPTO,
    WANT_MAC,
    WANT_VIN,
    Tables,
    find_candidates,
)
from corpus_pipeline.scrub.identifiers.wallets import CERTAIN, NONE, wallet_certainty
from corpus_pipeline.scrub.spans import FinderOptions, Spans, made_spans
from corpus_pipeline.text.columns import Utf8

RULES: tuple[Rule, ...] = (
    *america.RULES, *latin_america.RULES, *britain.RULES, *central_europe.RULES,
    *southern_europe.RULES, *northern_europe.RULES, *eastern_europe.RULES, *asia.RULES,
    *south.RULES, *devices.RULES,
)  # fmt: skip

BIRTH, MAC, CRYPTO, VIN = "DATE_OF_BIRTH", "MAC_ADDRESS", "CRYPTO", "VIN"

#: Forms of a date, or of the part of it that has the year, without separators.
_DATE_FORMS = (*runs("#", range(4, 9)), *runs("#AAA#", (1, 2), (2, 4)))

#: Bits of a window's words; entities that share a bit are asked for together.
_GROUPS = 60

#: How much of the text around a candidate is read, in bytes.
_BYTES_BEFORE, _BYTES_AFTER = 320, 128

_FORM = str.maketrans({**dict.fromkeys("0123456789", "9"),
                       **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A")})  # fmt: skip
_SEPARATORS = re.compile(r"[^0-9A-Za-z]+")


#: Dates, addresses of hosts and decimals, which are no numbers of anything.
_NO_IDENTIFIER = re.compile(
    r"(?:[0-3]?\d([-/.])[0-3]?\d\1(?:19|20)\d\d|(?:19|20)\d\d([-/.])[0-3]?\d\2[0-3]?\d"
    r"|\d{1,3}(?:\.\d{1,3}){3}|\d+\.\d+|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d)"
)


class _Loaded(NamedTuple):
    """Rules of some entities, by what they take."""

    tables: Tables
    by_form: dict[str, tuple[Rule, ...]]
    """Rules by forms without separators."""
    alone: dict[str, frozenset[str]]
    """Entities that an exact form shows without a word."""
    bits: dict[str, int]
    """The bit of an entity's words in what the scan says of a candidate."""


@cache
def _loaded(entities: frozenset[str]) -> _Loaded:
    groups = {each.name: k % _GROUPS for k, each in enumerate(TABLE)}
    bits: dict[int, int] = {}
    by_form: dict[str, list[Rule]] = {}
    alone: dict[str, set[str]] = {}

    def take(form: str, start: int, bit: int) -> None:
        number = form_number(form, start)
        bits[number] = bits.get(number, 0) | bit

    for rule in RULES:
        if rule.entity not in entities:
            continue
        for form in (each for written in rule.forms for each in expanded(written)):
            by_form.setdefault(form, []).append(rule)
            take(form, MERGED, 1 << groups[rule.entity])
        for form in (each for written in rule.alone for each in expanded(written)):
            alone.setdefault(form, set()).add(rule.entity)
            take(form, EXACT, ALONE)
    if BIRTH in entities:
        for form in _DATE_FORMS:
            take(form, MERGED, 1 << groups[BIRTH])
    words: dict[int, int] = {}
    for entity, number in word_numbers(sorted(entities - {MAC})):
        words[number] = words.get(number, 0) | 1 << groups[entity]
    wanted = (WANT_CRYPTO if CRYPTO in entities else 0) | (WANT_MAC if MAC in entities else 0)
    wanted |= WANT_VIN if VIN in entities else 0
    return _Loaded(
        Tables(*hash_table(bits), *hash_table(words), wanted),
        {form: tuple(rules) for form, rules in by_form.items()},
        {form: frozenset(names) for form, names in alone.items()},
        {entity: 1 << group for entity, group in groups.items()},
    )


class _Found(NamedTuple):
    """An identifier in a window."""

    start: int
    end: int
    entity: str
    score: float


class IdentifierFinder:
    """Finds the kinds of personal data of the family `identifiers`."""

    def __init__(self, entities: frozenset[str]) -> None:
        self._entities = entities

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts; see `spans.Finder`."""
        loaded = _loaded(self._entities)
        candidates = find_candidates(text, loaded.tables)
        found: set[tuple[int, int, int, int, float]] = set()
        for row, start, end, kind, bits in zip(*(each.tolist() for each in candidates), strict=True):
            low = _character_start(text, max(int(text.offsets[row]), start - _BYTES_BEFORE), start)
            high = _character_start(text, min(int(text.offsets[row + 1]), end + _BYTES_AFTER), start)
            before = bytes(text.data[low:start]).decode()
            inside = bytes(text.data[start:end]).decode()
            window = before + inside + bytes(text.data[end:high]).decode()
            folded = fold(window)
            first = folded.from_text(len(before))
            last = folded.from_text(len(before) + len(inside))
            for each in self._read(loaded, folded, (first, last), kind, bits):
                begin, stop = folded.to_text(each.start, each.end)
                begin = low + len(window[:begin].encode())
                stop = low + len(window[:stop].encode())
                found.add((row, begin, stop, INDEX[each.entity], each.score))
        return made_spans(_resolved(found))

    def _read(
        self, loaded: _Loaded, folded: Folded, span: tuple[int, int], kind: int, bits: int
    ) -> Iterator[_Found]:
        start, end = span
        if kind == HARDWARE:
            if devices.is_hardware_address(folded.view, start, end):
                yield _Found(start, end, MAC, 0.9)
            return
        if kind == VEHICLE:
            if _is_vehicle(folded, start, end):
                yield _Found(start, end, VIN, 0.9)
            return
        if kind == WALLET:
            if _is_wallet(folded, start, end):
                yield _Found(start, end, CRYPTO, 1.0)
            return
        if BIRTH in self._entities and bits & loaded.bits[BIRTH]:
            for span in find_birth_dates(folded.plain, start, end):
                yield _Found(*span, BIRTH, 0.8)
        best = _best_rule(loaded, folded, start, end, bits)
        if best is not None:
            yield _Found(start, end, *best)


def _best_rule(
    loaded: _Loaded, folded: Folded, start: int, end: int, bits: int
) -> tuple[str, float] | None:
    """Returns the entity that a candidate is, and how sure that is."""
    plain, view = folded.plain, folded.view
    written = view[start:end]
    if not written.isascii():
        return None
    compact = _SEPARATORS.sub("", written).upper()
    rules = loaded.by_form.get(compact.translate(_FORM), ())
    if not rules or _NO_IDENTIFIER.fullmatch(written):
        return None
    letters = [each for each in written if each.isalpha()]
    if any(each.islower() for each in letters) and any(each.isupper() for each in letters):
        return None
    if _is_foreign(plain[start - 1 : start]) or _is_foreign(plain[end : end + 1]):
        return None
    before, after = plain[max(0, start - BEFORE) : start], plain[end : end + AFTER]
    by_itself = loaded.alone.get(_exact_form(written), frozenset())
    if by_itself and not _is_by_itself(folded, start, end, compact):
        by_itself = frozenset()
    best: tuple[float, str, float] | None = None
    for rule in rules:
        said = bits & loaded.bits[rule.entity]
        if not (said or rule.entity in by_itself) or not rule.check(compact):
            continue
        distance = _distance(rule, before, after) if said else None
        if distance is None and rule.entity not in by_itself:
            continue
        if distance is not None:
            rank = distance
            score = 0.6 if rule.close else 0.95
        else:
            rank, score = 1000.0, 0.9
        # Of rules whose word is as near the one with a check is the right one.
        rank += 0.5 if rule.close else 0
        if best is None or rank < best[0]:
            best = (rank, rule.entity, score)
    return best[1:] if best else None


def _is_foreign(letter: str) -> bool:
    """Says whether a letter beside a number is of a script that separates words."""
    return letter.isalpha() and ord(letter) < 0x1100 and not 0xE01 <= ord(letter) <= 0xEDF


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


def _distance(rule: Rule, before: str, after: str) -> float | None:
    """Returns how far the word of a rule stands from a number; None: it has none."""
    label = last_label(rule.entity, before)
    if label is not None:
        between = before[label[1] :]
        if last_other(before) <= label[1] and (
            leads_straight(between)
            if rule.close
            else leads_straight(between) or not parts_sentences(between)
        ):
            return float(len(between))
    if rule.close:
        behind = _AFTER_LABEL.match(after)
        if behind is None:
            return None
        label = first_label(rule.entity, after[behind.end() :])
        return None if label is None or label[0] > 2 else 200.0
    label = first_label(rule.entity, after)
    if label is None or parts_sentences(after[: label[0]]) or "\n" in after[: label[0]] or any(
        each.isdigit() for each in after[: label[0]]
    ):  # fmt: skip
        return None
    if last_other(before[-24:]) >= 0:
        return None
    return 200.0 + label[0]


_VIN_RULE = Rule(VIN, (), devices.is_vin)


def _is_vehicle(folded: Folded, start: int, end: int) -> bool:
    """Says whether a token of seventeen characters is the number of a vehicle."""
    view, plain = folded.view, folded.plain
    token = view[start:end]
    if not token.isascii() or not devices.is_vin(token.upper()):
        return False
    certain = token == token.upper() and devices.is_checked_vin(token)
    if certain and _is_by_itself(folded, start, end, token):
        return True
    before, after = plain[max(0, start - BEFORE) : start], plain[end : end + AFTER]
    return _distance(_VIN_RULE, before, after) is not None


#: What leads from a number back to the word that names it: "X1234567 (passport)".
_AFTER_LABEL = re.compile(r"\s?(?:[(,\[]\s?|(?:is|was|as|,) (?:my|his|her|the|your|our|their|a) )", re.IGNORECASE)

_WALLET_WORD = re.compile(
    r"(?i:wallet|donat|(?<![a-z])tips?(?![a-z])|crypto|deposit|payout|payment|metamask|ledger|"
    r"(?<![a-z])(?:send|sent|pay|paid|transfer\w*)(?![a-z])|"
    r"(?<![a-z])(?:btc|eth|ltc|xmr|sol|trx|xrp|ada|doge|dash|bnb|usdt|usdc|bitcoin|ethereum|litecoin|monero|solana|tron|"
    r"dogecoin|ripple|cardano)[\s_\-]{0,2}(?:addr|account|:|=|is))|"
    r"钱包|捐赠|转账|打赏|지갑|ウォレット|кошел"
)
_CONTRACT_WORD = re.compile(
    r"(?i:contract|deploy|token|registry|factory|proxy|create2|bytecode|implementation|singleton|"
    r"opcode|constant|immutable|mainnet|testnet|precompile|storage|\"method\"|\"params\"|jsonrpc)"
)


def _is_wallet(folded: Folded, start: int, end: int) -> bool:
    """Says whether a long token is an address of a wallet; those of contracts in code are none."""
    view, plain = folded.view, folded.plain
    token = view[start:end]
    certainty = wallet_certainty(token)
    if certainty == NONE:
        return False
    if _is_foreign(plain[start - 1 : start]) or _is_foreign(plain[end : end + 1]):
        return False
    if view[start - 1 : start] in ("/", "+") and view[end : end + 1] in ("/", "+", "="):
        return False
    near = plain[max(0, start - 64) : start] + " " + plain[end : end + 32]
    said = _WALLET_WORD.search(near) is not None
    if token[:2] in ("0x", "0X"):
        wide = plain[max(0, start - 120) : start] + plain[end : end + 64]
        if _CONTRACT_WORD.search(wide):
            return False
        in_code = view[start - 1 : start] in tuple("\"'`([=,")
        return said or (certainty == CERTAIN and not in_code)
    return certainty == CERTAIN or said


def _character_start(text: Utf8, place: int, floor: int) -> int:
    """The first byte at a place or after it that starts a character."""
    while place < len(text.data) and text.data[place] & 0xC0 == 0x80:
        place += 1
    return min(place, floor) if place <= floor else place


def _resolved(
    found: set[tuple[int, int, int, int, float]],
) -> Iterator[tuple[int, int, int, int, float]]:
    """Yields of findings that cross the surest, then the longest."""
    kept: list[tuple[int, int, int, int, float]] = []
    last_row, last_end = -1, -1
    cluster: list[tuple[int, int, int, int, float]] = []
    for each in sorted(found):
        if each[0] != last_row or each[1] >= last_end:
            kept += _best(cluster)
            cluster, last_end = [], -1
        cluster.append(each)
        last_row, last_end = each[0], max(last_end, each[2])
    yield from kept + _best(cluster)


def _best(
    cluster: list[tuple[int, int, int, int, float]],
) -> list[tuple[int, int, int, int, float]]:
    kept: list[tuple[int, int, int, int, float]] = []
    for each in sorted(cluster, key=lambda each: (each[1] - each[2], -each[4], each)):
        if all(each[2] <= other[1] or other[2] <= each[1] for other in kept):
            kept.append(each)
    return kept


def load_finder(entities: frozenset[str], options: FinderOptions) -> IdentifierFinder:
    """Loads a finder for entities of this family; the options change nothing.

    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> import pyarrow as pa
    >>> finder = load_finder(frozenset({"US_SSN"}), FinderOptions())
    >>> spans = finder.find(utf8_buffers(pa.array(["SSN: 460-89-9847"])), [None])
    >>> spans.starts.tolist(), spans.ends.tolist()
    ([5], [16])
    """
    return IdentifierFinder(entities)


