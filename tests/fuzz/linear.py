"""Everything that meets a text or a file, the patterns that are the worst for it, and how long it
takes for twice as much of them; run by `test_linear.py`, or by hand for some:

    python tests/fuzz/linear.py [PART OF A NAME ...]

Prints each pair whose time grows by more than `MOST` from a size to four times as much.
"""

import bz2
import gzip
import html
import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache, partial

import damage
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpus_pipeline.dedup.contamination import find_contamination
from corpus_pipeline.dedup.contamination_build import build_index
from corpus_pipeline.dedup.contamination_index import ContaminationOptions
from corpus_pipeline.dedup.minhash import MinHashOptions, shingle, signatures
from corpus_pipeline.dedup.sentences import SentenceOptions, span_hashes
from corpus_pipeline.extract.charset import decode_bytes
from corpus_pipeline.extract.documents import extract_documents
from corpus_pipeline.extract.normalise import normalise_texts
from corpus_pipeline.extract.notebooks import notebook_texts
from corpus_pipeline.extract.wikitext.names import WikiNames
from corpus_pipeline.extract.wikitext.scanner import wikitext_text
from corpus_pipeline.filters.code.languages import find_languages
from corpus_pipeline.filters.code.licences import find_licences
from corpus_pipeline.filters.keywords.measures import (
    KeywordMatcher,
    load_word_lists,
    measure_keywords,
)
from corpus_pipeline.filters.language.measures import (
    LanguageIdentifier,
    load_language_identifier,
    measure_language,
)
from corpus_pipeline.filters.lines.edits import find_lines
from corpus_pipeline.filters.lines.options import LinesOptions
from corpus_pipeline.filters.perplexity.measures import measure_perplexity
from corpus_pipeline.filters.perplexity.models import load_language_model, shipped_models
from corpus_pipeline.filters.quality.definitions import USUAL
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.more_columns import CODE_MEANINGS, PROGRAM_MEANINGS
from corpus_pipeline.filters.quality.more_measures import count_more
from corpus_pipeline.filters.repair.options import RepairOptions
from corpus_pipeline.filters.repair.texts import Repairer, load_repairer, repair_texts
from corpus_pipeline.filters.url.normalise import normalise_urls
from corpus_pipeline.scrub.entities import ENTITIES
from corpus_pipeline.scrub.finding import Finders, families_of, load_finders
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.sources.reading import ReadOptions
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.text.folding import comparable_texts
from corpus_pipeline.text.hashing import content_hashes, normalised_hashes
from corpus_pipeline.text.sentences import split_sentences
from corpus_pipeline.text.words import split_words
from corpus_pipeline.tokens.encode import load_tokenizer

#: Four times as much may take so many times as long: twice the honest share, for a busy machine.
MOST = 8.0
#: Less than this is noise, and no attack.
LEAST_SECONDS = 0.15
#: Bytes of the smallest size.
START = 1 << 16

#: What is repeated. Each has been the worst of some regular expression, parser or kernel somewhere.
PATTERNS: dict[str, str] = {
    "one letter": "a",
    "capitals": "A",
    "digits": "7",
    "letters and digits": "a1",
    "spaces": " ",
    "line ends": "\n",
    "lines of a letter": "a\n",
    "tabs and spaces": "\t ",
    "full stops": ".",
    "sentences": "A. ",
    "dots and digits": "1.",
    "colons and hex": "a:",
    "commas": ",",
    "at": "@",
    "mail": "a@b.co ",
    "mail without spaces": "a@b.co@",
    "mojibake": "Ã©",
    "words of mojibake": "Ã©é ",
    "GBK read as UTF-8": "浣犲ソ锛屼笘鐣",
    "counters": "3 likes\n",
    "links to more": "Read more...\n",
    "mail of dots": "a.b@c.",
    "spelt mail": "a [at] b [dot] ",
    "phones": "+1 202 418 0069\n",
    "phones in a line": "202-418-0069 ",
    "groups of digits": "202 ",
    "dashes and digits": "1-",
    "cards": "4111 1111 1111 1112 ",
    "identity numbers": "11010519491231002X",
    "addresses": "93.184.216.34 ",
    "addresses without spaces": "1.2.3.4.",
    "IBAN": "GB82 WEST 1234 5698 7654 33 ",
    "plus": "+ (",
    "words for phones": "tel: ",
    "years": "2019-05-12 ",
    "opening brackets": "(",
    "square brackets": "[",
    "both brackets": "[](",
    "braces": "{",
    "quotes": '"',
    "backslashes": "\\",
    "pipes": "|",
    "table": "| a | b |\n",
    "list": "- a\n",
    "code": "if (x) { y(); }\n",
    "backticks": "`",
    "stars": "*",
    "underscores": "_",
    "less than": "<",
    "opening tags": "<div>",
    "closing tags": "</div>",
    "tables": "<table><tr><td>",
    "anchors": "<a href=x>",
    "attributes": "<p a",
    "one long tag": "a=b ",
    "comments": "<!--",
    "entities": "&amp;",
    "half entities": "&a",
    "scripts": "<script>",
    "emphasis": "<b><i>",
    "headings": "<h1>a",
    "Han": "中",
    "sentences in Han": "你好。",
    "full-width": "１",
    "kana": "ー",
    "Hangul": "ᄀ",
    "Thai": "ก็",
    "marks": "\u0301",
    "marks in disorder": "\u0301\u0327",
    "letters and marks": "e\u0301",
    "marks that decompose": "\u0344",
    "letters that grow": "\ufb2c",
    "ligatures that grow": "\ufdfa",
    "zero width": "\u200b",
    "zero width and digits": "1\u200b",
    "direction": "\u202e",
    "emoji": "👩\u200d",
    "beyond": "\U0001f600",
    "noncharacters": "\uffff",
    "replacement": "\ufffd",
    "controls": "\x01",
    "next line": "\x85",
    "citations": ".[12] ",
    "quotation": "“a”",
    "hyphens at line ends": "a-\n",
    "urls": "http://a.b/c?d=e&",
    "versions": "v1.2.3 ",
    "WARC": "\nWARC/1x",
    "headers": "WARC/1.0\r\n",
    "chunks": "1\r\na\r\n",
    "JSON": '{"text": "a"}',
    "JSON lines": '{"text": "a"}\n',
    "JSON arrays": "[",
    "JSON strings": '{"a',
    "JSON escapes": "\\u0344",
    "a name": "John Smith ",
    "a name without blanks": "JohnSmith",
    "a title": "Dr. ",
    "a label of names": "Name: ",
    "surnames in Han": "王",
    "a label in Han": "联系人：",
    "fields of names in Han": "姓名：王小明 ",
    "fields of names in Han, by line": "姓名：王小明\n",
    "fields of Japanese names": "氏名　山田",
    "fields of Japanese names, by line": "氏名　山田\n",
    "Japanese names": "氏名 山田・マイケルさん ",
    "fields of Korean names": "성명: 김철수 ",
    "fields of Korean names, by line": "성명: 김철수\n",
    "who speaks": "王：好\n小李：不好\n",
    "surnames and titles": "王先生、",
    "foreign names in Han": "约翰·史密斯说",
    "streets": "12 Main Street ",
    "house numbers in Han": "1号",
    "provinces": "江西省",
    "social security numbers": "536-90-4399 ",
    "words of identifiers": "passport number ",
    "births": "born on 1 May ",
    "key blocks": "-----BEGIN PRIVATE KEY-----",
    "passwords": "password='",
    "tokens": "ghp_Ab12",
    "base64": "Ab3/",
    "userinfo": "a:b@",
    "templates": "{{",
    "templates and bars": "{{a|",
    "parameters": "{{{a|",
    "links": "[[a|",
    "links to addresses": "[http://a ",
    "tables of wikis": "{|\n",
    "rows of wikis": "|-\n| a || b\n",
    "ends": "}}]]|}\n",
    "variants": "-{a;zh-cn:",
    "sources": "<ref>",
    "sources and formulas": "<ref><math>",
    "marks of italics": "''",
    "sections": "== a ==\n",
    "items in items": "*#",
    "pages": "</page><page>",
}  # fmt: skip

Work = Callable[[str], object]


@cache
def _finders(*entities: str) -> Finders:
    return load_finders(entities, FinderOptions(persons="all"))


def _find(entities: tuple[str, ...], text: str) -> object:
    return _finders(*entities).find(utf8_buffers(pa.array([text])), [None])


def _extract(mime: str, text: str) -> object:
    raw = pa.array([text.encode()], pa.binary())
    return extract_documents(raw, pa.array([mime]), pa.nulls(1, "string"), pa.nulls(1, "string"))


def _decode(label: str | None, text: str) -> object:
    return decode_bytes(text.encode("utf-8"), label, markup=True)


@cache
def _identifier() -> LanguageIdentifier:
    return load_language_identifier()


@cache
def _lists() -> KeywordMatcher:
    return load_word_lists()


@cache
def _models() -> dict[str, object]:
    return {language: load_language_model(path) for language, path in shipped_models().items()}


@cache
def _index() -> object:
    items = [
        "How many eggs do the ducks of the farmer lay in a week of seven days?",
        "a a a a a a a",
    ]
    return build_index(["eggs", "a"], pa.array(items), ContaminationOptions())


@cache
def _tokenizer() -> object:
    folder = next(iter(shipped_models().values())).parent
    return load_tokenizer(folder / "tokenizer.json")


@cache
def _repairer() -> Repairer:
    return load_repairer(RepairOptions(mojibake=True, gbk=True))


def _english() -> pa.Array:
    return pa.array(["en"])


def _minhash(texts: pa.Array) -> object:
    options = MinHashOptions()
    return signatures(shingle(split_words(texts), options), options)


def _perplexity(texts: pa.Array) -> object:
    return [
        measure_perplexity(texts, pa.array([name]), _models())  # type: ignore[arg-type]
        for name in ("en", "zh")
    ]


def _code(language: str, text: str) -> object:
    names = [*CODE_MEANINGS, *PROGRAM_MEANINGS]
    return count_more(pa.array([text]), _english(), USUAL, names, pa.array([language]))


def _notebook(text: str) -> str:
    cell = {"cell_type": "code", "source": text, "outputs": [{"text": text}]}
    return json.dumps({"cells": [cell, {"cell_type": "markdown", "source": text}]})


_LINES = LinesOptions(rules="c4", counters=True, navigation=True, repeated=True)

#: What is done with a text.
STAGES: dict[str, Work] = {
    "extract text": partial(_extract, "text/plain"),
    "extract page": partial(_extract, "text/html"),
    **{f"charset {label}": partial(_decode, label) for label in (None, "gb18030", "iso-2022-jp")},
    "normalise": lambda text: normalise_texts(pa.array([text])),
    "language": lambda text: measure_language(pa.array([text]), _identifier()),
    "quality": lambda text: measure_quality(pa.array([text]), _english()),
    "quality of prose": lambda text: measure_quality(pa.array([text]), _english(), prose=True),
    **{f"quality of {name}": partial(_code, name) for name in ("Python", "Rust", "Perl", "HTML")},
    "licences": lambda text: find_licences(pa.array([f"licence {text}"])),
    "languages": lambda text: find_languages(pa.array(["a.h", "a"]), pa.array([text, f"#!{text}"])),
    "notebook": lambda text: notebook_texts(pa.array([_notebook(text)]), "markdown", 10**9),
    "keywords": lambda text: measure_keywords(pa.array([text]), _english(), _lists()),
    "perplexity": lambda text: _perplexity(pa.array([text])),
    "lines": lambda text: find_lines(pa.array([text]), _LINES),
    "repair": lambda text: repair_texts(pa.array([text]), np.ones(1, np.bool_), _repairer()),
    "url": lambda text: normalise_urls(pa.array([f"http://{text}", f"http://a.example/{text}"])),
    "words": lambda text: split_words(pa.array([text])),
    "sentences": lambda text: split_sentences(pa.array([text])),
    "spans": lambda text: span_hashes(pa.array([text]), SentenceOptions()),
    "content hash": lambda text: content_hashes(pa.array([text])),
    "normalised hash": lambda text: normalised_hashes(pa.array([text])),
    "comparable": lambda text: comparable_texts(pa.array([text])),
    "minhash": lambda text: _minhash(pa.array([text])),
    "contamination": lambda text: find_contamination(pa.array([text]), _index()),  # type: ignore[arg-type]
    **{
        f"scrub {entity}": partial(_find, (entity,))
        for entity in sorted(families_of(ENTITIES)["numbers"])
    },
    **{
        f"scrub {family}": partial(_find, tuple(sorted(entities)))
        for family, entities in families_of(ENTITIES).items()
        if family != "numbers"
    },
    "wikitext": lambda text: wikitext_text(text, WikiNames.of("zh")),
    "tokenize": lambda text: _tokenizer().encode(pa.array([text])),  # type: ignore[attr-defined]
}


def _read(format_: str, compression: str | None, data: bytes) -> int:
    rows = 0
    for batch in damage.batches(io.BytesIO(data), format_, compression, ReadOptions()):
        rows += batch.num_rows
    return rows


def _warc(kind: str, text: str) -> bytes:
    content = text.encode()
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content + b"\r\n\r\n"


def _page(text: str) -> bytes:
    return f"<mediawiki><page>{text}<text>{html.escape(text)}</text></page>".encode()


def _parquet(text: str) -> bytes:
    file = io.BytesIO()
    rows = [text[at : at + 50] for at in range(0, len(text), 50)]
    pq.write_table(pa.table({"text": rows, "other": rows}), file)
    return file.getvalue()


def _members(text: str) -> bytes:
    lines = [text[at : at + 200] for at in range(0, len(text), 200)]
    return b"".join(gzip.compress(line.encode(), 1) for line in lines)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


#: What is read: how the file is made of a text, its format and compression.
READERS: dict[str, tuple[Callable[[str], bytes], str, str | None]] = {
    "jsonl of it": (_utf8, "jsonl", None),
    "json of it": (_utf8, "json", None),
    "text of it": (_utf8, "text", None),
    "warc of it": (_utf8, "warc", None),
    "wet of it": (_utf8, "wet", None),
    "warc.gz of it": (_utf8, "warc", "gz"),
    "jsonl.gz of it": (lambda text: gzip.compress(text.encode(), 1), "jsonl", "gz"),
    "members of it": (_members, "jsonl", "gz"),
    "members in warc": (_members, "warc", "gz"),
    "a field": (lambda text: json.dumps({"text": text}).encode(), "jsonl", None),
    "a field of json": (lambda text: json.dumps([{"text": text}], indent=1).encode(), "json", None),
    "another field": (lambda text: json.dumps({"text": "x", "n": text}).encode(), "jsonl", None),
    "a key": (lambda text: json.dumps({"text": "x", text: 1}).encode(), "jsonl", None),
    "a page": (
        lambda text: _warc("response", f"HTTP/1.1 200 OK\r\n\r\n{text}"), "warc", None,
    ),
    "HTTP headers": (
        lambda text: _warc("response", f"HTTP/1.1 200 OK\r\n{text}\r\n\r\nx"), "warc", None,
    ),
    "chunks": (
        lambda text: _warc(
            "response", f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{text}"
        ), "warc", None,
    ),
    "a WARC header": (lambda text: f"WARC/1.0\r\nA: {text}\r\n\r\n".encode(), "warc", None),
    "a conversion": (lambda text: _warc("conversion", text), "wet", None),
    "Parquet": (_parquet, "parquet", None),
    "a dump": (lambda text: f"<mediawiki>{text}".encode(), "wikipedia", None),
    "a page of a dump": (_page, "wikipedia", None),
    "rows of posts": (lambda text: f"<posts><row {text}".encode(), "stackexchange", None),
    "a post": (
        lambda text: f"<posts><row PostTypeId='1' Body='{html.escape(text)}' />".encode(),
        "stackexchange", None,
    ),
    "streams of a dump": (lambda text: bz2.compress(_page(text)) * 3, "wikipedia", "bz2"),
}  # fmt: skip


def works() -> Iterator[tuple[str, Work]]:
    """Name and what is done with a text."""
    yield from STAGES.items()
    for name, (make, format_, compression) in READERS.items():
        yield f"read {name}", partial(_made_and_read, make, format_, compression)


def _made_and_read(
    make: Callable[[str], bytes], format_: str, compression: str | None, text: str
) -> object:
    return _read(format_, compression, make(text))


def seconds_of(work: Work, text: str) -> float:
    """Processor time, the better of two."""
    taken = []
    for _ in range(2):
        started = time.process_time()
        work(text)
        taken.append(time.process_time() - started)
        if taken[0] > 5:
            break
    return min(taken)


def growth(work: Work, pattern: str) -> tuple[float, float]:
    """Returns how many times longer four times the text takes, and the seconds of the longer one.

    It grows until it takes long enough to be measured, or is a few megabytes.
    """
    size = START
    text = pattern * (size // len(pattern.encode()) + 1)
    short = seconds_of(work, text)
    while True:
        text *= 4
        size *= 4
        long = seconds_of(work, text)
        if long >= LEAST_SECONDS:
            return long / max(short, LEAST_SECONDS / MOST / 2), long
        if size >= 1 << 22:
            return 0.0, long
        short = long


def slow_pairs(parts: list[str]) -> Iterator[tuple[str, str, float, float]]:
    """Yields (work, pattern, times longer, seconds) of what grows too fast."""
    for name, work in works():
        if parts and not any(part in name for part in parts):
            continue
        work("warm 1 中")
        for pattern, repeated in PATTERNS.items():
            times, seconds = growth(work, repeated)
            if times > MOST:
                # Once more: another process may have been in the way.
                times, seconds = growth(work, repeated)
            if times > MOST:
                yield name, pattern, times, seconds


def main() -> None:
    """Prints what grows too fast."""
    for name, pattern, times, seconds in slow_pairs(sys.argv[1:]):
        print(f"{name}, {pattern}: {times:.1f} times, {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
