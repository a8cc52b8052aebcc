"""Main text of pages beside what people marked as such, and beside peers.

    python benchmarks/extraction.py NAME=PAGES.warc.gz:GOLD.jsonl ...

A set is a WARC file of pages and a JSONL file (plain or .zst) whose rows have `record_id` and
`text`. Printed for each set and extractor: precision, recall and F1 of sequences of four words, all
pages of a set counting the same; the share of unwanted blocks that are kept (shown blocks of 2 to
60 words of which less than a fifth is main text); MB of HTML for each second of processor time.
trafilatura and jusText stand beside it where they are installed. Run it twice: the first run
compiles.
"""

import argparse
import importlib.util
import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.extract.html2text import extract_plain_text

from corpus_pipeline.extract import page as b
from corpus_pipeline.extract.blocks import scan_page
from corpus_pipeline.extract.charset import decode_bytes
from corpus_pipeline.extract.html import extract_html
from corpus_pipeline.extract.outline import outline
from corpus_pipeline.extract.tree import normal_html

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")


def grams(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """The sequences of four words of a text."""
    words = WORD.findall(text)
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1)))


def share_in(text: str, wanted: Counter[tuple[str, ...]]) -> float:
    """The share of a short text's sequences (of four words, or all of fewer) that are in others."""
    found = grams(text)
    return (found & wanted).total() / max(found.total(), 1)


def shown_blocks(html: str) -> list[str]:
    """The texts of a page's blocks of 2 to 60 words that a reader sees."""
    page = scan_page(normal_html(html).encode())
    data = page.text.tobytes()
    shown = outline(page, 2).shown
    texts = [data[x[b.START] : x[b.END]].decode() for x in page.blocks[shown]]
    return [text for text in texts if 2 <= len(WORD.findall(text)) <= 60]


def resiliparse(html: str) -> str:
    """Resiliparse's own rules, with the options that gave the best F1."""
    text: str = extract_plain_text(html, main_content=True, alt_texts=False, noscript=False)
    return text


def extractors() -> dict[str, Callable[[str], str]]:
    """What is compared."""
    found: dict[str, Callable[[str], str]] = {"ours": extract_html, "resiliparse": resiliparse}
    if importlib.util.find_spec("trafilatura"):
        import trafilatura

        found["trafilatura"] = lambda html: trafilatura.extract(html, include_comments=False) or ""
    if importlib.util.find_spec("justext"):
        import justext

        words = justext.get_stoplist("English")
        found["jusText"] = lambda html: "\n".join(
            p.text for p in justext.justext(html.encode(), words) if not p.is_boilerplate
        )
    return found


def read_set(warc: str, gold: str) -> list[tuple[str, str]]:
    """(page, main text) of a set."""
    read = ["zstd", "-dc", gold] if gold.endswith(".zst") else ["cat", gold]
    lines = subprocess.run(read, capture_output=True, check=True).stdout.splitlines()
    texts = {row["record_id"]: row["text"] for row in map(json.loads, lines)}
    pages = []
    with Path(warc).open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            decoded = decode_bytes(record.reader.read(), None, markup=True, max_bad_share=0.01)
            pages.append((decoded.text, texts[record.record_id]))
    return pages


def measure(name: str, pages: list[tuple[str, str]]) -> None:
    """Prints one row for each extractor."""
    size = sum(len(html.encode()) for html, _ in pages)
    for extractor, extract in extractors().items():
        extract("<p>Compiled, or loaded.</p>" * 40)
        began = time.process_time()
        texts = [extract(html) for html, _ in pages]
        seconds = time.process_time() - began
        sums = [0.0, 0.0, 0.0]
        kept = []
        for text, (html, gold) in zip(texts, pages, strict=True):
            written, wanted = grams(text), grams(gold)
            right = (written & wanted).total()
            total = written.total() + wanted.total() - right
            for k, count in enumerate((right, written.total() - right, wanted.total() - right)):
                sums[k] += count / total
            # White space and marks of lists do not count.
            flat = " ".join(WORD.findall(text))
            unwanted = [x for x in shown_blocks(html) if share_in(x, wanted) < 0.2]
            if unwanted:
                found = sum(" ".join(WORD.findall(x)) in flat for x in unwanted)
                kept.append(found / len(unwanted))
        precision, recall = sums[0] / (sums[0] + sums[1]), sums[0] / (sums[0] + sums[2])
        print(f"{name:10} {extractor:12} precision {precision:.3f}  recall {recall:.3f}  "
              f"F1 {2 * precision * recall / (precision + recall):.3f}  "
              f"unwanted {sum(kept) / max(len(kept), 1):.3f}  {size / seconds / 1e6:6.1f} MB/s",
              flush=True)  # fmt: skip


def main() -> None:
    """Measures all sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="NAME=WARC:GOLD")
    for each in parser.parse_args().sets:
        name, _, files = each.partition("=")
        measure(name, read_set(*files.split(":")))


if __name__ == "__main__":
    main()
