"""Judges the same addresses with the same lists by this package and by datatrove's URLFilter.

    python benchmarks/url_peers.py urls.txt DOMAINS_FOLDER WORDS_FOLDER

`urls.txt` has one address a line; DOMAINS_FOLDER has the files `domains` and `urls` of a category
of UT1, WORDS_FOLDER datatrove's `banned_subwords.txt`, `banned_words.txt`, `soft_banned_words.txt`.
Prints the speed of both in seconds of CPU, a table of decisions, and examples of each difference.
Needs datatrove with pyahocorasick, tldextract and fasteners beside this package.
"""

import argparse
import collections
import time
from pathlib import Path

import pyarrow as pa
import tldextract
from datatrove.data import Document
from datatrove.pipeline.filters import URLFilter

from corpus_pipeline.filters.url.judging import load_judge
from corpus_pipeline.filters.url.options import UrlOptions

_BATCH = 10_000
_EXAMPLES = 4
_WORDS = ("banned_subwords", "banned_words", "soft_banned_words")


def ours(urls: list[str], domains: Path, words: Path) -> tuple[float, list[str]]:
    """Returns seconds of CPU and the first reason for each address, empty where it stays."""
    subwords, whole, soft = (f"{words}/{name}.txt" for name in _WORDS)
    options = UrlOptions(
        block_domains=(f"{domains}/",),
        block_subwords=(subwords,),
        block_words=(whole,),
        soft_words=(soft,),
    )
    judge = load_judge(options, {})
    judge.judge(pa.record_batch({"url": urls[:10]}))
    start = time.process_time()
    reasons = []
    for place in range(0, len(urls), _BATCH):
        batch = pa.record_batch({"url": urls[place : place + _BATCH]})
        failures = judge.judge(batch).failures
        for row in range(batch.num_rows):
            reasons.append(next((name for name, fails in failures.items() if fails[row]), ""))
    return time.process_time() - start, reasons


def theirs(urls: list[str], domains: Path, words: Path) -> tuple[float, list[str]]:
    """Returns the same of datatrove."""
    lists = [(words / f"{name}.txt").read_text().splitlines() for name in _WORDS]
    judge = URLFilter(
        extra_domains=(domains / "domains").read_text().splitlines(),
        extra_urls=(domains / "urls").read_text().splitlines(),
        banned_subwords=[line for line in lists[0] if line],
        banned_words=[line for line in lists[1] if line],
        soft_banned_words=[line for line in lists[2] if line],
        use_integrated_lists=False,
    )
    judge.tldextractor = tldextract.TLDExtract(suffix_list_urls=())  # Nothing from a network.
    judge.filter(Document(text="", id="", metadata={"url": "http://a.com"}))
    start = time.process_time()
    reasons = []
    for url in urls:
        found = judge.filter(Document(text="", id="", metadata={"url": url}))
        reasons.append(found[1] if isinstance(found, tuple) else "")
    return time.process_time() - start, reasons


def main() -> None:
    """Prints the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("urls", type=Path)
    parser.add_argument("domains", type=Path)
    parser.add_argument("words", type=Path)
    args = parser.parse_args()
    urls = [line for line in args.urls.read_text("utf-8").splitlines() if line.strip()]
    our_seconds, our_reasons = ours(urls, args.domains, args.words)
    their_seconds, their_reasons = theirs(urls, args.domains, args.words)
    print(f"{len(urls):,} addresses; ours {len(urls) / our_seconds:,.0f} a second of CPU, ", end="")
    print(f"datatrove {len(urls) / their_seconds:,.0f}")
    pairs = collections.defaultdict(list)
    for url, our, their in zip(urls, our_reasons, their_reasons, strict=True):
        pairs[our, their].append(url)
    for (our, their), found in sorted(pairs.items(), key=lambda pair: -len(pair[1])):
        print(f"{len(found):>8,}  ours {our or 'kept':<20} datatrove {their or 'kept'}")
        if bool(our) != bool(their):
            print(*(f"{'':10}{url[:110]}" for url in found[:_EXAMPLES]), sep="\n")


if __name__ == "__main__":
    main()
