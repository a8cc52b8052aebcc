"""Measures every hot path alone, on one core, beside a peer doing the same where one is at hand.

    python benchmarks/kernels.py [--megabytes 20] [--only NAME ...]

Prints a Markdown table. MB are 10^6 bytes of UTF-8 text. The peers get a part of the text, because
they are slow; the ratio compares rates in the same process.
"""

import argparse
import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import datasketch
import numpy as np
import pyarrow as pa
from bench_corpus import documents, sentence_pool
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    PhoneRecognizer,
)
from tokenizers import Tokenizer
from whole_job import SAMPLE

from corpus_pipeline.dedup.anchors import RepeatOptions, find_anchors, hash_windows
from corpus_pipeline.dedup.matches import AddressMatch, Documents
from corpus_pipeline.dedup.minhash import MinHashOptions, band_hashes, shingle, signatures
from corpus_pipeline.dedup.ngrams import ParagraphOptions, find_ngram_anchors, hash_ngrams
from corpus_pipeline.dedup.sentences import SentenceOptions, span_hashes
from corpus_pipeline.extract.normalise import normalise_texts
from corpus_pipeline.filters.keywords.measures import load_word_lists, measure_keywords
from corpus_pipeline.filters.language.measures import load_language_identifier, measure_language
from corpus_pipeline.filters.perplexity.measures import measure_perplexity
from corpus_pipeline.filters.perplexity.models import load_language_model, shipped_models
from corpus_pipeline.filters.quality.definitions import Definitions
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.word_counts import count_words
from corpus_pipeline.filters.url.normalise import in_one_form
from corpus_pipeline.scrub.detectors import DEFAULT_REGIONS
from corpus_pipeline.scrub.finding import load_finders
from corpus_pipeline.scrub.scrubbing import scrub_texts
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.scrub.step import ScrubSection
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.text.hashing import content_hashes, normalised_hashes
from corpus_pipeline.text.words import split_words
from corpus_pipeline.tokens.encode import load_tokenizer

Work = Callable[[pa.Array], object]
TOKENIZER = Path(__file__).parent.parent / "corpus_pipeline" / "models" / "tokenizer.json"


def columns(megabytes: int) -> list[pa.Array]:
    """Returns the benchmark's texts in columns of about 4 MB."""
    found: list[pa.Array] = []
    texts: list[str] = []
    size = 0
    for text in documents(sentence_pool(SAMPLE), megabytes * 10**6):
        texts.append(text)
        size += len(text)
        if size > 4 << 20:
            found.append(pa.array(texts, pa.string()))
            texts, size = [], 0
    return found


def addresses(texts: pa.Array) -> pa.Array:
    """Returns an address of its own for each text; every other one is not in its normal form."""
    forms = (
        "https://www.example.org/{}/{}?page={}",
        "HTTP://Example.org:80/%7e{}/./{}?b={}&a=1#top",
    )
    made = (
        forms[i % 2].format(len(text), i, text[:20].replace(" ", "-"))
        for i, text in enumerate(texts.to_pylist())
    )
    return pa.array(made, pa.string())


#: Hot paths that are measured on something else than texts.
OTHER_COLUMNS: dict[str, Callable[[pa.Array], pa.Array]] = {"addresses": addresses}


def ours() -> Iterator[tuple[str, Work]]:
    """Yields each hot path with its name."""
    minhash = MinHashOptions()
    identifier = load_language_identifier()
    lists = load_word_lists()
    models = {language: load_language_model(path) for language, path in shipped_models().items()}
    finders = load_finders(ScrubSection().entities, FinderOptions())
    encoder = load_tokenizer(TOKENIZER)

    def bands(texts: pa.Array) -> object:
        return band_hashes(signatures(shingle(split_words(texts), minhash), minhash), minhash)

    yield "normalise", normalise_texts
    yield "language", lambda texts: measure_language(texts, identifier)
    yield "quality", lambda texts: measure_quality(texts, _english(texts))
    for name in ("gopher@datatrove", "bigscience", "curator", "gopher@dclm"):
        profile = load_profile(name)
        yield (
            f"quality, profile {name}",
            lambda texts, profile=profile: measure_quality(  # type: ignore[misc]
                texts, _english(texts), False, profile.definitions, profile.more
            ),
        )
    yield "keywords", lambda texts: measure_keywords(texts, _english(texts), lists)
    yield "perplexity", lambda texts: measure_perplexity(texts, _english(texts), models)
    yield "content hash", content_hashes
    yield "exact hash", normalised_hashes
    yield "words", split_words
    yield "words of Unicode's annex 29", _segments
    yield "MinHash", bands
    yield "sentence spans", lambda texts: span_hashes(texts, SentenceOptions())
    yield "addresses", _address_hashes
    strings, ngrams = RepeatOptions(), ParagraphOptions()
    yield "anchors of strings", lambda texts: find_anchors(texts, strings)
    yield "windows of strings, all", lambda texts: hash_windows(texts, *_all(texts), strings)
    yield "anchors of 13-grams", lambda texts: find_ngram_anchors(texts, ngrams)
    yield (
        "13-grams, all",
        lambda texts: hash_ngrams(texts, *_all(texts, ngrams), ngrams),
    )
    yield "scrub", lambda texts: scrub_texts(texts, finders)
    yield "tokenize", encoder.encode


def _address_hashes(urls: pa.Array) -> object:
    batch = pa.record_batch({"url": urls})
    return AddressMatch(in_one_form).hashes(Documents(batch, urls))


def _segments(texts: pa.Array) -> object:
    data, offsets = utf8_buffers(texts)
    return count_words(data, offsets, Definitions(words="segments"))


def _all(texts: pa.Array, ngrams: ParagraphOptions | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Returns the anchors of texts as if all of them stood elsewhere, too; takes its time."""
    found = find_ngram_anchors(texts, ngrams) if ngrams else find_anchors(texts, RepeatOptions())
    of_texts = np.repeat(np.arange(len(texts)), np.diff(found.offsets))
    return found.offsets, found.hashes[np.lexsort((found.hashes, of_texts))]


def peers() -> dict[str, tuple[str, Work]]:
    """Returns hot path -> (name of the peer, its way of doing the same)."""
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    recognizers = [
        CreditCardRecognizer(),
        EmailRecognizer(),
        IbanRecognizer(),
        IpRecognizer(),
        PhoneRecognizer(supported_regions=DEFAULT_REGIONS),
    ]

    def minhash(texts: pa.Array) -> None:
        for text in texts.to_pylist():
            words = text.split()
            grams = [" ".join(words[i : i + 5]).encode() for i in range(len(words) - 4)]
            datasketch.MinHash(num_perm=112).update_batch(grams)

    def presidio(texts: pa.Array) -> None:
        for text in texts.to_pylist():
            for recognizer in recognizers:
                recognizer.analyze(text, [], None)  # type: ignore[arg-type]

    def urls(texts: pa.Array) -> None:
        seen = set()
        for text in texts.to_pylist():
            parts = urlsplit(text)
            query = urlencode(sorted(parse_qsl(parts.query)))
            seen.add((parts.scheme.lower(), parts.hostname, parts.port, parts.path, query))

    def windows(texts: pa.Array) -> None:
        seen: set[int] = set()
        for text in texts.to_pylist():
            content = text.encode()
            seen.update(hash(content[i : i + 500]) for i in range(len(content) - 499))

    def words(texts: pa.Array) -> None:
        seen: set[int] = set()
        for text in texts.to_pylist():
            for line in text.split("\n"):
                each = line.lower().split()
                seen.update(hash(tuple(each[i : i + 13])) for i in range(len(each) - 12))

    def encode(texts: pa.Array) -> None:
        tokenizer.encode_batch_fast(texts.to_pylist(), add_special_tokens=False)

    def segments(texts: pa.Array) -> None:
        for text in texts.to_pylist():
            for word in uniseg.words(text):
                word[0].isalnum()

    found: dict[str, tuple[str, Work]] = {
        "MinHash": ("datasketch update_batch", minhash),
        "scrub": ("Presidio's recognizers of the same kinds", presidio),
        "tokenize": ("tokenizers, one thread", encode),
        "addresses": ("urllib and a set", urls),
        "windows of strings, all": ("a set of hashes of slices", windows),
        "13-grams, all": ("a set of hashes of tuples", words),
    }
    if importlib.util.find_spec("uniseg"):
        uniseg = importlib.import_module("uniseg.wordbreak")
        found["words of Unicode's annex 29"] = ("uniseg", segments)
    return found


def _english(texts: pa.Array) -> pa.Array:
    return pa.repeat(pa.scalar("en"), len(texts))


def rate(work: Work, texts: list[pa.Array]) -> float:
    """Returns MB of text for each second of processor time, after one call that warms up."""
    work(texts[0].slice(0, 2))
    start = time.process_time()
    for column in texts:
        work(column)
    seconds = time.process_time() - start
    return float(sum(column.nbytes for column in texts) / 1e6 / seconds)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--only", nargs="*", default=[""], help="paths whose names hold one")
    arguments = parser.parse_args()
    texts = columns(arguments.megabytes)
    slow = [texts[0].slice(0, 200)]
    beside = peers()
    print("| hot path | MB/s per core | peer | its MB/s | ratio |")
    print("|---|---:|---|---:|---:|")
    for name, work in ours():
        if not any(part in name for part in arguments.only):
            continue
        other = OTHER_COLUMNS.get(name)
        mine = rate(work, list(map(other, texts)) if other else texts)
        if name in beside:
            some = list(map(other, slow)) if other else slow
            peer, theirs = beside[name][0], rate(beside[name][1], some)
            print(f"| {name} | {mine:.1f} | {peer} | {theirs:.2f} | {mine / theirs:.0f} |")
        else:
            print(f"| {name} | {mine:.1f} | | | |")


if __name__ == "__main__":
    main()
