"""Finds identifiers: candidates of the scan, read by the rules that take their form."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from corpus_pipeline.scrub.context import begins_alone, ends_alone, is_quantity, is_serial
from corpus_pipeline.scrub.entities import INDEX
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
    has_other,
    last_label,
    leads_straight,
    parts_sentences,
    word_numbers,
)
from corpus_pipeline.scrub.identifiers.rule import Rule, runs
from corpus_pipeline.scrub.identifiers.scan import (
    ALONE,
    HARDWARE,
    NUMBER,
    VEHICLE,
    WALLET,
    WANT_CRYPTO,
    WANT_MAC,
    WANT_VIN,
    Tables,
    find_candidates,
)
from corpus_pipeline.scrub.identifiers.wallets import CERTAIN, NONE, wallet_certainty
from corpus_pipeline.scrub.identifiers.words import words
from corpus_pipeline.scrub.spans import FinderOptions, Spans, made_spans
from corpus_pipeline.text.columns import Utf8

RULES: tuple[Rule, ...] = (
    *america.RULES, *latin_america.RULES, *britain.RULES, *central_europe.RULES,
    *southern_europe.RULES, *northern_europe.RULES, *eastern_europe.RULES, *asia.RULES,
    *south.RULES, *devices.RULES,
)  # fmt: skip

BIRTH, MAC, CRYPTO, VIN = "DATE_OF_BIRTH", "MAC_ADDRESS", "CRYPTO", "VIN"

#: Forms of a date, or of the part of it that has the year, without separators.
_DATE_FORMS = (
    *runs("#", range(4, 9)), *runs("#AAA#", (1, 2), (2, 4)), "99999999A99",
)  # fmt: skip

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
    r"|(?:(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])(?:\.(?!$)|$)){4}|\d+\.\d+|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d)"
)


class _Loaded(NamedTuple):
    """Rules of some entities, by what they take."""

    tables: Tables
    by_form: dict[str, tuple[Rule, ...]]
    """Rules by forms without separators."""
    alone: dict[str, frozenset[str]]
    """Entities that an exact form shows without a word."""
    bits: dict[str, int]
    """By key of `words`: the bit of the words in what the scan says of a candidate."""
    birth: int
    """That of dates of birth; 0 if they are not looked for."""


@cache
def _groups() -> dict[str, int]:
    """Groups of the keys of `words`: those that name the same forms are asked for together."""
    forms: dict[str, set[str]] = {key: set() for key in words()}
    for rule in RULES:
        forms[rule.words].update(rule.forms)
    distinct = sorted({tuple(sorted(each)) for each in forms.values()})
    return {key: distinct.index(tuple(sorted(forms[key]))) % _GROUPS for key in words()}


@cache
def _loaded(entities: frozenset[str]) -> _Loaded:
    groups = _groups()
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
            take(form, MERGED, 1 << groups[rule.words])
        for form in (each for written in rule.alone for each in expanded(written)):
            alone.setdefault(form, set()).add(rule.entity)
            take(form, EXACT, ALONE)
    if BIRTH in entities:
        for form in _DATE_FORMS:
            take(form, MERGED, 1 << groups[BIRTH])
    word_bits: dict[int, int] = {}
    keys = {rule.words for rule in RULES if rule.entity in entities} | (entities & {BIRTH, VIN})
    for key, number in word_numbers(sorted(keys)):
        word_bits[number] = word_bits.get(number, 0) | 1 << groups[key]
    wanted = (WANT_CRYPTO if CRYPTO in entities else 0) | (WANT_MAC if MAC in entities else 0)
    wanted |= WANT_VIN if VIN in entities else 0
    return _Loaded(
        Tables(*hash_table(bits), *hash_table(word_bits), wanted),
        {form: tuple(rules) for form, rules in by_form.items()},
        {form: frozenset(names) for form, names in alone.items()},
        {entity: 1 << group for entity, group in groups.items()},
        1 << groups[BIRTH] if BIRTH in entities else 0,
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
        for row, start, end, kind, bits in zip(
            *(each.tolist() for each in candidates), strict=True
        ):
            inside = bytes(text.data[start:end])
            if kind == NUMBER and not _may_be(loaded, inside, bits):
                continue
            low = _character_start(text, max(int(text.offsets[row]), start - _BYTES_BEFORE), start)
            high = _character_start(
                text, min(int(text.offsets[row + 1]), end + _BYTES_AFTER), start
            )
            before, core = bytes(text.data[low:start]).decode(), inside.decode()
            window = before + core + bytes(text.data[end:high]).decode()
            folded = fold(window)
            first = folded.from_text(len(before))
            last = folded.from_text(len(before) + len(core))
            spoken = languages[row]
            for each in self._read(loaded, folded, (first, last), kind, bits, spoken):
                begin, stop = folded.to_text(each.start, each.end)
                begin = low + len(window[:begin].encode())
                stop = low + len(window[:stop].encode())
                found.add((row, begin, stop, INDEX[each.entity], each.score))
        return made_spans(_resolved(found))

    def _read(
        self,
        loaded: _Loaded,
        folded: Folded,
        span: tuple[int, int],
        kind: int,
        bits: int,
        language: str | None,
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
        if bits & loaded.birth:
            for span in find_birth_dates(folded.plain, start, end):
                yield _Found(*span, BIRTH, 0.8)
        best = _best_rule(loaded, folded, span, bits, language)
        if best is not None:
            yield _Found(start, end, *best)


def _may_be(loaded: _Loaded, inside: bytes, bits: int) -> bool:
    """Says whether a rule could take a candidate, before the text around it is read."""
    if bits & loaded.birth or not inside.isascii():
        return True
    written = inside.decode()
    if _NO_IDENTIFIER.fullmatch(written):
        return False
    form = _SEPARATORS.sub("", written).upper().translate(_FORM)
    by_itself = loaded.alone.get(_exact_form(written), frozenset())
    return any(
        bits & loaded.bits[rule.words] or rule.entity in by_itself
        for rule in loaded.by_form.get(form, ())
    )


def _best_rule(
    loaded: _Loaded, folded: Folded, span: tuple[int, int], bits: int, language: str | None
) -> tuple[str, float] | None:
    """Returns the entity that a candidate is, and how sure that is."""
    start, end = span
    plain, view = folded.plain, folded.view
    written = view[start:end]
    if not written.isascii() or _NO_IDENTIFIER.fullmatch(written):
        return None
    compact = _SEPARATORS.sub("", written).upper()
    exact = _exact_form(written)
    by_itself = loaded.alone.get(exact, frozenset())
    rules = [
        rule
        for rule in loaded.by_form.get(compact.translate(_FORM), ())
        if bits & loaded.bits[rule.words] or rule.entity in by_itself
    ]
    if not rules:
        return None
    letters = [each for each in written if each.isalpha()]
    if any(each.islower() for each in letters) and any(each.isupper() for each in letters):
        return None
    if _is_foreign(plain[start - 1 : start]) or _is_foreign(plain[end : end + 1]):
        return None
    before, after = plain[max(0, start - BEFORE) : start], plain[end : end + AFTER]
    if by_itself and not _is_by_itself(folded, start, end, compact):
        by_itself = frozenset()
    best: tuple[float, str, float] | None = None
    for rule in rules:
        said = bits & loaded.bits[rule.words]
        right = rule.check(compact)
        named = _named(rule, before, after, right) if said else None
        if named is None and not (right and rule.entity in by_itself):
            continue
        if named is not None and not right and _TELEPHONE.fullmatch(exact):
            continue
        country = rule.entity[:2]
        bonus = 5 * (_COUNTRIES.get(country, _NOWHERE).search(before + after) is not None)
        bonus += 4 * (language is not None and language in _LANGUAGES.get(country, ()))
        # Of rules whose word is as near the one with a check is the right one.
        rank = (1000.0 if named is None else named) + 10 * rule.close + 20 * (not right) - bonus
        if best is None or rank < best[0]:
            score = 0.9 if right and not rule.close else 0.6
            best = (rank, rule.entity, score)
    return best[1:] if best else None


#: Forms of telephone numbers of North America: what no check says is another number.
_TELEPHONE = re.compile(r"9[-. ]999[-. ]999[-. ]9999|999-999-9999|999[.]999[.]9999")

#: Words that tell countries whose numbers look the same.
_COUNTRIES = {
    country: re.compile(rf"(?i:(?<![^\W\d_])(?:{words}))")
    for country, words in {
        "US": "u\\.?s\\.?a?(?![^\\W\\d_])|american|united states", "CA": "canad",
        "UK": "uk(?![^\\W\\d_])|british|britain|united kingdom|england|english", "IE": "irish|ireland",
        "AU": "australia", "NZ": "new zealand|nz(?![^\\W\\d_])", "ZA": "south africa|rsa(?![^\\W\\d_])",
        "IN": "india", "PH": "philippin|filipin", "DE": "german|deutsch|reisepass", "FR": "french|france|passeport",
        "IT": "ital|passaporto", "ES": "spain|spanish|españ", "PT": "portug|passaporte", "PL": "poland|polish|paszport",
        "KR": "korea|한국|대한민국|여권", "RU": "russia|росс|паспорт", "UA": "ukrain|україн", "TR": "turk|türk|pasaport",
        "SE": "swed|svensk", "NO": "norw|norsk", "FI": "finland|finnish|suom", "NG": "nigeria", "KE": "kenya",
        "PE": "perú|peru", "AR": "argentin", "CO": "colombia", "VE": "venezuela", "EC": "ecuador", "UY": "uruguay",
        "EE": "eesti|estonia", "LT": "lietuv|lithuania",
    }.items()
}  # fmt: skip
_NOWHERE = re.compile(r"(?!)")
#: The languages in which a country's numbers stand.
_LANGUAGES = {
    "US": ("en",), "DE": ("de",), "FR": ("fr",), "IT": ("it",), "ES": ("es",), "PT": ("pt",),
    "PL": ("pl",), "KR": ("ko",), "RU": ("ru",), "UA": ("uk",), "TR": ("tr",), "SE": ("sv",),
    "NO": ("no", "nb", "nn"), "FI": ("fi",), "DK": ("da",), "EE": ("et",), "LT": ("lt",),
}  # fmt: skip


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


def _named(rule: Rule, before: str, after: str, right: bool) -> float | None:
    """Returns how far the word of a rule stands from a number; None: it has none.

    The word of a number without a check, or whose check fails, must lead straight to it.
    """
    close = rule.close or not right
    label = last_label(rule.words, before)
    if label is not None and not has_other(before, label[1]):
        between = before[label[1] :]
        if leads_straight(between) or not (close or parts_sentences(between)):
            return float(len(between))
    if close:
        behind = _AFTER_LABEL.match(after)
        if behind is None:
            return None
        label = first_label(rule.words, after[behind.end() :])
        return None if label is None or label[0] > 2 else 200.0
    label = first_label(rule.words, after)
    if label is None or has_other(before[-24:], 0):
        return None
    between = after[: label[0]]
    if parts_sentences(between) or "\n" in between or any(each.isdigit() for each in between):
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
    return _named(_VIN_RULE, before, after, right=True) is not None


#: What leads from a number back to the word that names it: "X1234567 (passport)".
_AFTER_LABEL = re.compile(
    r"\s?(?:[(,\[]\s?|(?:is|was|as|for|,) (?:my|his|her|the|your|our|their|a) )", re.IGNORECASE
)

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
