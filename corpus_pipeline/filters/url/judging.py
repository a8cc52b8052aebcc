"""All rules on addresses, applied to the addresses of a batch."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.filters.url.lists import UrlLists, load_url_lists, read_lines
from corpus_pipeline.filters.url.normalise import Urls, ascii_host, normalise_urls
from corpus_pipeline.filters.url.options import UrlOptions
from corpus_pipeline.filters.url.patterns import UrlPatterns, find_patterns, load_url_patterns
from corpus_pipeline.filters.url.sampling import OTHERS, not_sampled, sampling_hashes
from corpus_pipeline.filters.url.suffixes import registered_domains
from corpus_pipeline.filters.url.words import (
    SOFT,
    SUBWORDS,
    WORDS,
    UrlWords,
    WordHits,
    build_url_words,
    find_words,
)

#: Soft words that are shown.
_SHOWN = 5


class Verdict(NamedTuple):
    """What is said of N addresses."""

    columns: tuple[pa.Array, ...]
    """Four of string[N]: in one form, registered domain, what was found, its list."""
    failures: Mapping[str, NDArray[np.bool_]]
    """Reason -> bool[N], in rule order; rules that are off have none."""


class Judge(NamedTuple):
    """The loaded lists and the limits; what is None is off."""

    block: UrlLists | None = None
    allow: UrlLists | None = None
    only: UrlLists | None = None
    words: UrlWords | None = None
    min_soft_words: int = 2
    patterns: UrlPatterns | None = None
    shares: Mapping[str, Fraction] = {}
    seed: int = 0
    require_url: bool = False

    def judge(self, batch: pa.RecordBatch) -> Verdict:
        """Judges documents by their column `url`.

        >>> lists = load_url_lists(["bad.example"], "url.block_domains")
        >>> judge = Judge(block=lists, require_url=True)
        >>> verdict = judge.judge(pa.record_batch({"url": ["http://a.bad.example:80", None]}))
        >>> [column.to_pylist() for column in verdict.columns]
        [['http://a.bad.example/', None], ['bad.example', None], ['bad.example', None], \
['block_domains', None]]
        >>> {reason: mask.tolist() for reason, mask in verdict.failures.items()}
        {'url-missing': [False, True], 'url-domain-blocked': [True, False], \
'url-blocked': [False, False]}
        """
        urls = normalise_urls(pc.cast(batch["url"], pa.string()))
        column = urls.column
        failures: dict[str, NDArray[np.bool_]] = {}
        found = _Found(batch.num_rows)
        if self.require_url:
            failures["url-missing"] = ~urls.valid
        if self.only is not None:
            failures["url-not-listed"] = urls.valid & ~_listed(self.only, urls)
        allowed = np.zeros(batch.num_rows, np.bool_)
        if self.allow is not None:
            allowed = _listed(self.allow, urls)
        if self.block is not None:
            domains, addresses = (np.where(allowed, -1, each) for each in self.block.find(urls))
            block = self.block
            failures["url-domain-blocked"] = domains >= 0
            found.note(domains >= 0, lambda row: block.domain(int(domains[row])))
            failures["url-blocked"] = addresses >= 0
            found.note(addresses >= 0, lambda row: block.address(int(addresses[row])))
        if self.words is not None:
            words, hits = self.words, find_words(urls, self.words)
            failures["url-words"] = (hits.hard | (hits.soft >= self.min_soft_words)) & ~allowed
            found.note(failures["url-words"], lambda row: _words_of(row, words, hits))
        if self.patterns is not None:
            patterns = self.patterns
            numbers = np.where(allowed, -1, find_patterns(column, patterns))
            failures["url-pattern"] = numbers >= 0
            found.note(
                numbers >= 0,
                lambda row: (patterns.patterns[numbers[row]], patterns.names[numbers[row]]),
            )
        if self.shares:
            hashes = sampling_hashes(batch, column, self.seed)
            failures["url-not-sampled"] = not_sampled(hashes, urls, self.shares)
        return Verdict((column, _domains(urls), found.matched, found.lists), failures)


class _Found:
    """What the first rule that failed has found, for each row."""

    def __init__(self, count: int) -> None:
        self._matched: list[str | None] = [None] * count
        self._lists: list[str | None] = [None] * count

    def note(self, fails: NDArray[np.bool_], what: Callable[[int], tuple[str, str]]) -> None:
        for row in np.flatnonzero(fails).tolist():
            if self._matched[row] is None:
                self._matched[row], self._lists[row] = what(row)

    @property
    def matched(self) -> pa.Array:
        return pa.array(self._matched, pa.string())

    @property
    def lists(self) -> pa.Array:
        return pa.array(self._lists, pa.string())


def _listed(lists: UrlLists, urls: Urls) -> NDArray[np.bool_]:
    domains, addresses = lists.find(urls)
    found: NDArray[np.bool_] = (domains >= 0) | (addresses >= 0)
    return found


def _words_of(row: int, words: UrlWords, hits: WordHits) -> tuple[str, str]:
    """Returns the first part or whole word that makes a row fail, else its soft words."""
    begin, end = np.searchsorted(hits.rows, [row, row + 1])
    entries = hits.entries[begin:end].tolist()
    hard = [entry for entry in entries if words.kinds[entry] != SOFT]
    shown = hard[:1] or entries[:_SHOWN]
    return ", ".join(words.entries[entry] for entry in shown), words.names[shown[0]]


def _domains(urls: Urls) -> pa.Array:
    """Returns the registered domains, string[N]."""
    begins, ends = registered_domains(urls.data, urls.hosts), urls.hosts[:, 1]
    sizes = ends - begins
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    positions = np.arange(offsets[-1]) + np.repeat(begins - offsets[:-1], sizes)
    column = pa.Array.from_buffers(
        pa.string(),
        len(sizes),
        [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(urls.data[positions])],
    )
    return pc.if_else(pa.array(sizes > 0), column, pa.scalar(None, pa.string()))


def load_judge(options: UrlOptions, shares: Mapping[str, Fraction]) -> Judge:
    """Loads all lists that the options name.

    Args:
        options: of the step.
        shares: domain -> share; `*` means all others.

    Raises:
        ResourceError: a list cannot be read; one line with the place.
    """

    def lists(key: str) -> UrlLists | None:
        items = getattr(options, key)
        return load_url_lists(items, f"url.{key}") if items else None

    def words(key: str) -> list[tuple[str, str]]:
        found = []
        for file in getattr(options, key):
            path = Path(file)
            name = path.name.removesuffix(".gz").removesuffix(".txt")
            found += [(name, line) for line in read_lines(path, f"url.{key}").to_pylist() if line]
        return found

    all_words = {
        SUBWORDS: words("block_subwords"),
        WORDS: words("block_words"),
        SOFT: words("soft_words"),
    }
    patterns = options.block_patterns
    return Judge(
        lists("block_domains"),
        lists("allow_domains"),
        lists("only_domains"),
        build_url_words(all_words) if any(all_words.values()) else None,
        options.min_soft_words,
        load_url_patterns(patterns, "url.block_patterns") if patterns else None,
        {domain if domain == OTHERS else _host(domain): share for domain, share in shares.items()},
        options.seed,
        options.require_url,
    )


def _host(domain: str) -> str:
    host = ascii_host(domain.strip(".").encode())
    return domain if host is None else host.decode()
