"""Recall and precision of personal data: labelled texts, one table of names, and what counts.

A *kind* is what labels and findings are compared by: one of our entities, or several of one column
(all national identity numbers are one kind, since a set's `US_SSN` is our `US_SSN` and a peer's
`SSN`). Counting:

* A label is *found* when a finding of its kind touches it, *exactly* when one has its first and
  last character, *covered* when findings of any kinds hold all its letters and digits.
* A finding is *right* when it touches a label of its kind, *exactly* when a label has its ends.
* A finding is *judged* only where labels can tell: its kind is in the inventory of the file (some
  label of the file is of that kind, so all texts of the file are taken to be labelled with it),
  or the text is `complete`. One that touches a label that is neither (`NEUTRAL`: a
  town for ADDRESS, a date for DATE_OF_BIRTH, a title for PERSON) is not judged either.
"""

import collections
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import zstandard
from fastwarc.warc import ArchiveIterator, WarcRecordType

from corpus_pipeline.extract.charset import decode_bytes
from corpus_pipeline.extract.html import extract_html
from corpus_pipeline.scrub.entities import TABLE

#: Columns whose entities are one kind.
_BY_COLUMN = {
    "pii_national_id": "NATIONAL_ID",
    "pii_vehicle": "VEHICLE",
    "pii_device": "DEVICE",
    "pii_crypto": "CRYPTO",
    "pii_secret": "SECRET",
}

#: Names of labelled sets and of peers, by kind. Ours follow from `entities.TABLE`.
_NAMES = {
    "PERSON": "PERSON NAME person",
    "ADDRESS": "STREET_ADDRESS ZIP_CODE LOCATION address",
    "PHONE_NUMBER": "LANDLINE PHONE phone phone_landline",
    "EMAIL_ADDRESS": "EMAIL email",
    "IP_ADDRESS": "IP ip_address",
    "CREDIT_CARD": "BANK_CARD bank_card credit_card",
    "IBAN_CODE": "IBAN iban",
    "CN_ID": "CN_RESIDENT_ID id_number",
    "DATE_OF_BIRTH": "BIRTH_DATE date_of_birth",
    "NATIONAL_ID": (
        "NATIONAL_ID US_SSN US_ITIN US_PASSPORT US_DRIVER_LICENSE US_MBI US_NPI UK_NHS UK_NINO "
        "UK_PASSPORT UK_DRIVING_LICENCE CA_SIN AU_TFN AU_MEDICARE IN_PAN IN_AADHAAR IN_VOTER "
        "IN_PASSPORT DE_TAX_ID DE_TAX_NUMBER DE_ID_CARD DE_PASSPORT DE_SOCIAL_SECURITY "
        "DE_HEALTH_INSURANCE DE_FUEHRERSCHEIN FR_NIR ES_NIF ES_NIE ES_PASSPORT IT_FISCAL_CODE "
        "IT_IDENTITY_CARD IT_PASSPORT IT_DRIVER_LICENSE NL_BSN BR_CPF PL_PESEL RU_INN RU_SNILS "
        "RU_PASSPORT JP_MY_NUMBER KR_RRN KR_FRN KR_PASSPORT KR_DRIVER_LICENSE TW_ID HK_ID "
        "SG_NRIC_FIN SG_FIN FI_PERSONAL_IDENTITY_CODE SE_PERSONNUMMER TH_TNIN TR_NATIONAL_ID "
        "ZA_ID_NUMBER NG_NIN PH_UMID CN_PASSPORT PASSPORT ssn itin us_passport nhs_number nino "
        "pan aadhaar rrn my_number cpf hk_id macau_id tw_id taiwan_arc passport social_security "
        "military_id tax_id hrp eep housing_fund"
    ),
    "VEHICLE": (
        "LICENSE_PLATE CN_LICENSE_PLATE DE_KFZ IN_VEHICLE_REGISTRATION UK_VEHICLE_REGISTRATION "
        "ZA_LICENSE_PLATE TR_LICENSE_PLATE NG_VEHICLE_REGISTRATION VIN license_plate"
    ),
    "DEVICE": "MAC_ADDRESS IMEI mac_address imei",
    "CRYPTO": "CRYPTO CRYPTO_WALLET",
    "SECRET": (
        "SECRET API_KEY PASSWORD URL_USERINFO anthropic_api_key aws_access_key github_token jwt "
        "openai_api_key ssh_private_key url_token"
    ),
    "HANDLE": "HANDLE USERNAME wechat qq",
}  # fmt: skip

KINDS: tuple[str, ...] = tuple(_NAMES)

_KIND: dict[str, str] = {
    **{name: kind for kind, names in _NAMES.items() for name in names.split()},
    **{entity.name: _BY_COLUMN.get(entity.column, entity.name) for entity in TABLE},
    **{kind: kind for kind in _NAMES},
}

#: Labels that say nothing for or against a finding of a kind.
NEUTRAL: Mapping[str, frozenset[str]] = {
    "ADDRESS": frozenset({"GPE"}),
    "PERSON": frozenset({"TITLE"}),
    "DATE_OF_BIRTH": frozenset({"DATE_TIME", "DATE"}),
    "SECRET": frozenset({"EMAIL_ADDRESS"}),
}
#: Parts of an address that stand beside one another are one label if one of them is an address.
_PARTS = frozenset({"STREET_ADDRESS", "ZIP_CODE", "GPE"})


class Label(NamedTuple):
    """What is known to stand somewhere, in characters."""

    start: int
    end: int
    name: str
    """As the set calls it."""


class Finding(NamedTuple):
    """What a finder found, in characters."""

    start: int
    end: int
    name: str
    """As the finder calls it."""
    score: float = 1.0


class Document(NamedTuple):
    """A text with what is known about it."""

    id: str
    text: str
    language: str | None
    labels: tuple[Label, ...]
    template: str
    """The text with the names of labels in place of their values."""
    complete: bool
    """All kinds are labelled."""


def kind_of(name: str) -> str | None:
    """Returns the kind of a label or finding; None where it is none that we have.

    >>> kind_of("BANK_CARD"), kind_of("US_SSN"), kind_of("ORGANIZATION")
    ('CREDIT_CARD', 'NATIONAL_ID', None)
    """
    return _KIND.get(name)


def masked(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Writes names in place of what they name; of overlapping spans the first.

    >>> masked("I am Ann.", [(5, 8, "PERSON")])
    'I am {{PERSON}}.'
    """
    parts, last = [], 0
    for start, end, name in sorted(spans):
        if start >= last:
            parts += [text[last:start], "{{", name, "}}"]
            last = end
    return "".join([*parts, text[last:]])


def is_held_out(template: str) -> bool:
    """Says whether a template is of the half that no rule was made on.

    >>> is_held_out("I am {{PERSON}}."), is_held_out("{{PERSON}} wrote")
    (True, False)
    """
    return zlib.crc32(template.encode()) % 2 == 1


def _pages(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the texts of a WET file, and of pages the main text as *extract* writes it."""
    with path.open("rb") as file:
        for record in ArchiveIterator(file, WarcRecordType.response | WarcRecordType.conversion):
            data = record.reader.read()
            if record.record_type == WarcRecordType.conversion:
                text = data.decode("utf-8", "replace")
            elif "html" in (record.http_content_type or ""):
                charset = record.http_charset
                text = extract_html(decode_bytes(data, charset, markup=True).text)
            else:
                continue
            yield {"id": record.record_id, "text": text}


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the records of a `.jsonl`, `.jsonl.zst`, `.parquet`, WARC or WET file."""
    if path.suffix == ".parquet":
        for batch in pq.ParquetFile(path).iter_batches(1024):
            yield from batch.to_pylist()
        return
    if ".warc" in path.name:
        yield from _pages(path)
        return
    with path.open("rb") as file:
        compressed = path.suffix == ".zst"
        stream: Any = zstandard.ZstdDecompressor().stream_reader(file) if compressed else file
        with io.TextIOWrapper(stream, "utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)


def _spans(record: Mapping[str, Any], field: str) -> Iterator[Label]:
    for span in record.get(field) or ():
        start = span.get("start", span.get("start_position"))
        end = span.get("end", span.get("end_position"))
        yield Label(start, end, span.get("entity") or span.get("entity_type") or span["kind"])


def documents(path: Path, language: str | None = None) -> Iterator[Document]:
    """Yields the texts of a file.

    Args:
        path: see `records`; the text is `text` or `full_text`, labels are `spans` with `entity` or
            `entity_type` and their first and last + 1 character.
        language: of records that do not say theirs (`lang`, `language`).
    """
    for number, record in enumerate(records(path)):
        text = record.get("text") or record.get("full_text") or ""
        labels = sorted(_spans(record, "spans"))
        template = record.get("template") or masked(text, [*labels, *_spans(record, "negatives")])
        yield Document(
            id=str(record.get("id") or number),
            text=text,
            language=record.get("lang") or record.get("language") or language,
            labels=tuple(labels),
            template=template,
            complete=bool(record.get("complete")),
        )


def joined_addresses(text: str, labels: Sequence[Label]) -> list[Label]:
    """Makes one label of the parts of an address that only punctuation parts.

    A town or a country alone is no address and stays what it is.

    >>> joined_addresses("1 Elm St, Rye NY", [Label(0, 8, "STREET_ADDRESS"), Label(10, 13, "GPE")])
    [Label(start=0, end=13, name='STREET_ADDRESS')]
    """
    done: list[Label] = []
    for label in sorted(labels):
        last = done[-1] if done else None
        if (
            last is not None
            and {last.name, label.name} <= _PARTS
            and {last.name, label.name} != {"GPE"}
            and re.fullmatch(r"[\s,，、.\-]{0,4}", text[last.end : label.start])
        ):
            name = last.name if last.name != "GPE" else label.name
            done[-1] = Label(last.start, max(last.end, label.end), name)
        else:
            done.append(label)
    return done


def settled(findings: Iterable[Finding]) -> list[Finding]:
    """Keeps of overlapping findings the surer, then the longer, then the first.

    >>> settled([Finding(0, 4, "ip_address", 0.6), Finding(2, 9, "ssn", 0.5)])
    [Finding(start=0, end=4, name='ip_address', score=0.6)]
    """
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (-f.score, f.start - f.end, f.start, f.name)):
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept)


class Miss(NamedTuple):
    """A label that was not found, or a finding that is wrong."""

    what: str
    """missed or wrong."""
    name: str
    document: Document
    start: int
    end: int


class Score:
    """Counts labels and findings by language and kind.

    >>> score = Score(frozenset({"PERSON"}))
    >>> document = Document("0", "Ann, Rome", "en", (Label(0, 3, "PERSON"),), "", False)
    >>> misses = score.add(document, [Finding(0, 3, "PERSON"), Finding(5, 9, "PERSON")])
    >>> [(miss.what, miss.start) for miss in misses]
    [('wrong', 5)]
    >>> score.rates("en", "PERSON")
    Rates(labels=1, found=1.0, exact=1.0, covered=1.0, findings=2, right=0.5, right_exact=0.5)
    """

    def __init__(self, inventory: frozenset[str], apart: Sequence[str] | None = None) -> None:
        """Starts with nothing counted.

        Args:
            inventory: the kinds with which all texts are labelled.
            apart: languages that are counted apart; all others are `other`. None: each apart.
        """
        self.inventory = inventory
        self.apart = apart
        self.counts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(
            collections.Counter
        )
        self.names: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(
            collections.Counter
        )

    def add(self, document: Document, findings: Sequence[Finding]) -> list[Miss]:
        """Counts one text; returns what is missed or wrong in it."""
        language = document.language or "?"
        if self.apart is not None and language not in self.apart:
            language = "other"
        labels = joined_addresses(document.text, document.labels)
        known = [(label, kind) for label in labels if (kind := kind_of(label.name)) is not None]
        made = settled(finding for finding in findings if kind_of(finding.name) is not None)
        covered = {place for finding in made for place in range(finding.start, finding.end)}
        misses: list[Miss] = []
        for label, kind in known:
            same = [f for f in made if kind_of(f.name) == kind and _touch(f, label)]
            letters = {i for i in range(label.start, label.end) if document.text[i].isalnum()}
            for count in (self.counts[language, kind], self.names[language, label.name]):
                count["labels"] += 1
                count["found"] += bool(same)
                count["exact"] += any(f[:2] == label[:2] for f in same)
                count["covered"] += letters <= covered
            if not same:
                misses.append(Miss("missed", label.name, document, label.start, label.end))
        for finding in made:
            kind = kind_of(finding.name) or ""
            same_labels = [label for label, k in known if k == kind and _touch(finding, label)]
            neutral = NEUTRAL.get(kind, frozenset())
            if not same_labels and (
                not (document.complete or kind in self.inventory)
                or any(label.name in neutral and _touch(finding, label) for label in labels)
            ):
                continue
            count = self.counts[language, kind]
            count["findings"] += 1
            count["right"] += bool(same_labels)
            count["right_exact"] += any(finding[:2] == label[:2] for label in same_labels)
            if not same_labels:
                misses.append(Miss("wrong", finding.name, document, finding.start, finding.end))
        return misses

    def rates(self, language: str, kind: str) -> "Rates":
        """Returns the shares of one language and kind."""
        return _rates(self.counts[language, kind])

    def rates_of_name(self, language: str, name: str) -> "Rates":
        """Returns the shares of the labels of one name: recall alone."""
        return _rates(self.names[language, name])


class Rates(NamedTuple):
    """Shares of one kind; NaN of nothing."""

    labels: int
    found: float
    """Recall: labels that a finding of their kind touches."""
    exact: float
    covered: float
    findings: int
    """That are judged."""
    right: float
    """Precision: findings that touch a label of their kind."""
    right_exact: float

    @property
    def f1(self) -> float:
        """The harmonic mean of recall and precision, by overlap."""
        return _harmonic(self.found, self.right)

    @property
    def f1_exact(self) -> float:
        """The same by exact ends."""
        return _harmonic(self.exact, self.right_exact)


def _rates(count: collections.Counter[str]) -> Rates:
    labels, findings = count["labels"], count["findings"]
    return Rates(
        labels=labels,
        found=_share(count["found"], labels),
        exact=_share(count["exact"], labels),
        covered=_share(count["covered"], labels),
        findings=findings,
        right=_share(count["right"], findings),
        right_exact=_share(count["right_exact"], findings),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _harmonic(one: float, other: float) -> float:
    if one != one:
        return one
    if other != other:
        # Nothing was found.
        return 0.0
    return 2 * one * other / (one + other) if one + other else 0.0


def _touch(one: Finding | Label, other: Finding | Label) -> bool:
    return one.start < other.end and other.start < one.end


def inventory(texts: Iterable[Document]) -> frozenset[str]:
    """Returns the kinds of which some text has a label."""
    return frozenset(
        kind
        for document in texts
        for label in document.labels
        if (kind := kind_of(label.name)) is not None
    )
