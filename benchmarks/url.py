"""What the rules on addresses cost: tables of domains built, addresses judged per second of CPU.

    python benchmarks/url.py --domains 100000 1000000 --urls 500000

Domains and addresses are made up, the same ones at every run; one address in twenty is of a listed
domain. Times are of the CPU, of one process, after kernels have been compiled.
"""

import argparse
import functools
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpus_pipeline.filters.url.judging import Judge, load_judge
from corpus_pipeline.filters.url.options import UrlOptions

_BATCH = 10_000
_PARTS = ("news", "shop", "blog", "forum", "wiki", "新闻", "item", "view", "2024", "article", "id")
_ENDS = ("com", "org", "co.uk", "com.cn", "net", "de", "xn--fiqs8s", "info")


def _numbers(name: str, count: int) -> Iterator[int]:
    for block in range(0, count, 4):
        digest = hashlib.sha256(f"{name} {block}".encode()).digest()
        for place in range(min(4, count - block)):
            yield int.from_bytes(digest[8 * place : 8 * place + 8], "little")


def made_domains(count: int) -> list[str]:
    """Makes up domains, all different."""
    return [
        f"{_PARTS[n % 5]}-{n >> 20:x}.{_ENDS[n % len(_ENDS)]}" for n in _numbers("domain", count)
    ]


def made_urls(count: int, domains: list[str]) -> list[str]:
    """Makes up addresses of 40 to 130 bytes, one in twenty of a listed domain."""
    urls = []
    for n in _numbers("url", count):
        other = f"{_PARTS[n % 4]}{n % 99991}.{_ENDS[n % len(_ENDS)]}"
        host = domains[n % len(domains)] if n % 20 == 0 else other
        path = "/".join(_PARTS[(n >> shift) % len(_PARTS)] for shift in (8, 12, 16, 20))
        query = f"?id={n % 10007}&utm_source=feed" if n % 3 == 0 else ""
        urls.append(f"http{'s' * (n % 2)}://{'www.' * (n % 3 == 1)}{host}/{path}/{n:x}{query}")
    return urls


def measured(work: Callable[[], Any]) -> tuple[float, Any]:
    """Returns seconds of CPU and what the work returns."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _speed(judge: Judge, batches: list[pa.RecordBatch]) -> float:
    judge.judge(batches[0])
    seconds, _ = measured(lambda: [judge.judge(batch) for batch in batches])
    count: int = sum(batch.num_rows for batch in batches)
    return count / seconds


def main() -> None:
    """Prints one line for each case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--domains", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--urls", type=int, default=500_000)
    parser.add_argument("--patterns", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--words", type=int, default=1000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few = made_domains(min(args.domains))
        urls = made_urls(args.urls, few)
        batches = [
            pa.record_batch({"url": urls[start : start + _BATCH]})
            for start in range(0, len(urls), _BATCH)
        ]
        print(f"{sum(map(len, urls)) / len(urls):.0f} characters an address")
        print(f"one form and registered domain alone: {_speed(Judge(), batches):,.0f} URLs/s")
        for count in args.domains:
            path = Path(folder) / f"{count}.txt"
            path.write_text("\n".join(made_domains(count)))
            options = UrlOptions(block_domains=(str(path),))
            seconds, judge = measured(functools.partial(load_judge, options, {}))
            speed = _speed(judge, batches)
            print(f"{count:,} domains: loaded in {seconds:.2f} s, {speed:,.0f} URLs/s")
        words = Path(folder) / "words.txt"
        words.write_text("\n".join(f"zq{n >> 30:x}" for n in _numbers("word", args.words)))
        for key in ("block_words", "block_subwords"):
            judge = load_judge(UrlOptions(**{key: (str(words),)}), {})
            print(f"{args.words:,} {key}: {_speed(judge, batches):,.0f} URLs/s")
        for count in args.patterns:
            path = Path(folder) / f"patterns-{count}.txt"
            lines = [f"/zq{n >> 30:x}[0-9]+/(a|b)" for n in _numbers("pattern", count)]
            path.write_text("\n".join(lines))
            judge = load_judge(UrlOptions(block_patterns=(str(path),)), {})
            print(f"{count:,} patterns: {_speed(judge, batches):,.0f} URLs/s")


if __name__ == "__main__":
    main()
