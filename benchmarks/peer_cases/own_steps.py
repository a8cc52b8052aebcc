"""Steps of a user's own, of at most ten lines each, that say what no option of the package says."""

import functools
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from resiliparse.parse.html import HTMLTree

from corpus_pipeline import step
from corpus_pipeline.filters.language.measures import load_language_identifier, measure_language

_identifier = functools.cache(load_language_identifier)
Document = dict[str, Any]


def upper_case(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Writes all texts in capitals."""
    place = batch.schema.get_field_index("text")
    return batch.set_column(place, "text", pc.utf8_upper(batch["text"]))


def folded(document: Document, *, case: bool = True, accents: bool = False) -> Document:
    """Small letters, and letters without their accents."""
    text = document["text"].strip()
    text = text.lower() if case else text
    parts = unicodedata.normalize("NFD", text) if accents else text
    return {"text": "".join(c for c in parts if not accents or unicodedata.category(c) != "Mn")}


def words_of_length(document: Document, *, least: int = 1, most: int = 2**31) -> Document:
    """Words go that are too short or too long, with their marks and digits and without them."""
    kept = []
    for part in re.split(r"([\n\t])", document["text"]):
        words = [(word, re.sub(r"^[\W\d_]+|[\W\d_]+$", "", word)) for word in part.split(" ")]
        kept.append(part if part in ("\n", "\t") else " ".join(
            word for word, bare in words if any(least <= len(w) <= most for w in (word, bare))
        ))  # fmt: skip
    return {"text": "".join(kept)}


def repeated_sentences(
    document: Document, *, lower: bool = False, marks: bool = True, least: int = 2
) -> Document:
    """A sentence goes that stood in the document before; short ones stay."""
    found = re.findall(r"[^\n.。！!？?]*[.。！!？?]*[’”]?|\n", document["text"])
    keys = [each.strip().lower() if lower else each.strip() for each in found]
    keys = keys if marks else [re.sub(r"[^\w ]", "", key) for key in keys]
    kept = [len(key) < least or key not in keys[:place] for place, key in enumerate(keys)]
    return {"text": "".join(each for each, keep in zip(found, kept, strict=True) if keep)}


def expanded_macros(document: Document) -> Document:
    """Macros of LaTeX without arguments become what they stand for, in their definitions too."""
    text = document["text"]
    defined = r"(?m)\\(?:newcommand\*?\{|def\s*)(\\[a-zA-Z0-9]+)\}?\s*\{(.*)\}$"
    for name, value in re.findall(defined, text):
        text = re.sub(re.escape(name) + "(?![a-zA-Z0-9])", value.replace("\\", r"\\"), text)
    return {"text": text}


@step(columns={"tables": ("string", "tables of the page, as JSON")})
def tables(document: Document, *, tags: bool = False, header: bool = True) -> Document:
    """Tables of a page as rows of cells, or as they stand there."""
    page: Any = HTMLTree.parse(document["text"]).document
    found = page.query_selector_all("table")
    if tags:
        return {"tables": json.dumps([re.sub(r">\s*\n\s*<", ">\n<", each.html) for each in found])}
    rows = [[row.query_selector_all("td, th") for row in each.query_selector_all("tr")
             if header or not row.query_selector_all("th")] for each in found]  # fmt: skip
    return {"tables": json.dumps([[[cell.text.strip() for cell in r] for r in t] for t in rows])}


@step(columns={"found_share": ("float64", "share of characters that an expression finds")})
def found_share(document: Document, *, pattern: str) -> Document:
    """Which share of the text an expression finds."""
    found = sum(len(each[0]) for each in re.finditer(pattern, document["text"]))
    return {"found_share": found / len(document["text"]) if document["text"] else None}


@step(columns={"pieces": ("int32", "parts of the text between what an expression finds")})
def pieces(document: Document, *, pattern: str) -> Document:
    """How many parts an expression leaves, empty ones too."""
    return {"pieces": len(re.split(pattern, document["text"]))}


@step(columns={"tokens": ("int32", "tokens of the text")})
def tokens(document: Document, *, tokenizer: str) -> Document:
    """Tokens of a model's tokenizer, a `tokenizer.json`."""
    return {"tokens": len(_tokenizer(tokenizer).encode(document["text"]).ids)}


@functools.cache
def _tokenizer(path: str) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(path)


@step(columns={"jieba_words": ("int32", "words of jieba")})
def jieba_words(document: Document) -> Document:
    """Words of Chinese, as jieba parts them."""
    import jieba

    return {"jieba_words": len(jieba.lcut(document["text"]))}


@step(columns={"paragraph_langs": ("list of string", "language of each paragraph")})
def paragraph_languages(document: Document) -> Document:
    """The language of each line that is not blank."""
    lines = [line for line in document["text"].split("\n") if line.strip()]
    langs = measure_language(pa.array(lines, pa.string()), _identifier())["lang"]
    return {"paragraph_langs": langs.to_pylist()}


def adblock_list(document: Document, *, rules: str, source: str = "", kind: str = "") -> bool:
    """Whether the address is none that a list of an adblocker blocks."""
    return not _engine(rules).check_network_urls(document["url"], source, kind).matched


@functools.cache
def _engine(path: str) -> Any:
    import adblock

    filters = adblock.FilterSet()
    filters.add_filters(Path(path).read_text("utf-8").splitlines())
    return adblock.Engine(filters)


def without_spans(
    document: Document, *, field: str, least_score: float = 0, least_chars: int = 0
) -> bool | Document:
    """Parts of the text go that a field of the metadata lists, each with a score."""
    text = document["text"]
    for start, end, score in sorted(document["metadata"].get(field) or [], reverse=True):
        text = text[:start] + text[end:] if score >= least_score else text
    return {"text": text} if len(text.strip()) >= least_chars else False


def lower_case(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Writes all texts in small letters."""
    place = batch.schema.get_field_index("text")
    return batch.set_column(place, "text", pc.utf8_lower(batch["text"]))


def lines_of_words(document: Document, *, least: int, most: int) -> bool | Document:
    """Lines go that have too few or too many words; empty ones stay."""
    lines = document["text"].split("\n")
    text = "\n".join(each for each in lines if not each or least <= len(each.split()) <= most)
    return {"text": text} if text else False


def lines_without_long_words(document: Document, *, longest: int) -> bool | Document:
    """Lines go that have too long a word, marks left out."""
    lines = document["text"].split("\n")
    text = "\n".join(each for each in lines if not re.search(rf"\w{{{longest + 1}}}", each))
    return {"text": text} if text else False


def repeated_paragraphs(document: Document, *, folded: bool = False) -> Document:
    """Paragraphs go that stood in the document before; empty ones stay."""
    found = document["text"].split("\n\n")
    keys = [each.strip().lower() if folded else each for each in found]
    kept = [not key or key not in keys[:place] for place, key in enumerate(keys)]
    return {"text": "\n\n".join(each for each, keep in zip(found, kept, strict=True) if keep)}


def few_words_removed(document: Document, *, field: str, most: float) -> bool:
    """Whether the text has, but for a share of them, as many words as a field says it had."""
    before: int = document["metadata"][field]
    return before > 0 and before - len(re.findall(r"\w+", document["text"])) <= most * before
