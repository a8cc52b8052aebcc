"""Learns which blocks of a page are its main text: `corpus_pipeline/extract/main_text.json`.

    python tools/train_extraction.py NAME=PAGES.warc.gz:GOLD.jsonl ... [--out main_text.json]

Each page is learnt from as it is, and changed as other pages are: without the words of its
attributes, without tags that say what they hold, cut short, with its last paragraphs outside of the
element that holds the others, and without phrases of a language that we know. That is what makes
the ensemble right on pages unlike those it has seen.

Each set is a WARC file of pages and a JSONL file (plain or .zst) whose rows have `record_id`,
`text` (the main text) and `url`. A block is one of the main text if most of its words stand in it
in sequences of four. Printed are figures of cross-validation (the pages of a site are in one part),
of each set with an ensemble learnt from the others, and of the pages that were kept back (a fifth
of the sites, by their hash). Needs scikit-learn; what is shipped are numbers alone.
"""

import argparse
import hashlib
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from fastwarc.warc import ArchiveIterator, WarcRecordType
from sklearn.ensemble import HistGradientBoostingClassifier

from corpus_pipeline.extract import markup as m
from corpus_pipeline.extract import page as b
from corpus_pipeline.extract.blocks import scan_page
from corpus_pipeline.extract.charset import decode_bytes
from corpus_pipeline.extract.features import FEATURES, features
from corpus_pipeline.extract.main_text import Trees, choose, read_trees
from corpus_pipeline.extract.outline import outline
from corpus_pipeline.extract.page import Page
from corpus_pipeline.extract.render import render
from corpus_pipeline.extract.steps import survey
from corpus_pipeline.extract.tree import normal_html

PARTS = 5
#: A word; each Chinese or Japanese character is one, as elsewhere in the package.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
GRAM = 4


class Example(NamedTuple):
    """A page and what of it is main text."""

    name: str
    group: str
    url: str
    gold: str
    page: Page
    share: np.ndarray[Any, Any]
    """float[B], share of a block's words that stand in the main text."""
    words: np.ndarray[Any, Any]


def part(text: str, salt: str) -> int:
    """Which of the parts something belongs to."""
    return int(hashlib.sha256(f"{salt}{text}".encode()).hexdigest(), 16) % PARTS


def grams(text: str) -> Counter[tuple[str, ...]]:
    """The sequences of four words of a text."""
    words = WORD.findall(text)
    return Counter(tuple(words[i : i + GRAM]) for i in range(max(1, len(words) - GRAM + 1)))


def block_texts(page: Page) -> list[str]:
    """The texts of a page's blocks."""
    text = page.text.tobytes()
    return [text[block[b.START] : block[b.END]].decode() for block in page.blocks]


def label(page: Page, gold: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Returns (share of each block's words that are main text, its words)."""
    found = [WORD.findall(text) for text in block_texts(page)]
    words = [word for block in found for word in block]
    wanted = grams(gold)
    covered = np.zeros(len(words))
    for i in range(len(words) - GRAM + 1):
        if tuple(words[i : i + GRAM]) in wanted:
            covered[i : i + GRAM] = 1
    counts = np.array([len(block) for block in found])
    ends = np.cumsum(counts)
    sums = np.concatenate([[0.0], np.cumsum(covered)])
    return (sums[ends] - sums[ends - counts]) / np.maximum(counts, 1), counts


def read_set(name: str, warc: str, gold: str) -> list[Example]:
    """Reads one set of pages."""
    read = ["zstd", "-dc", gold] if gold.endswith(".zst") else ["cat", gold]
    lines = subprocess.run(read, capture_output=True, check=True).stdout.splitlines()
    rows = {row["record_id"]: row for row in map(json.loads, lines)}
    examples = []
    with Path(warc).open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            row = rows[record.record_id]
            decoded = decode_bytes(record.reader.read(), None, markup=True, max_bad_share=0.01)
            html = survey(decoded.text.encode()).page.decode()
            page = scan_page(normal_html(html).encode())
            url = urlsplit(row["url"])
            # Sets of single pages name them "site-1", "site-2".
            last = re.sub(r"-?\d*$", "", url.path.rstrip("/").rpartition("/")[2])
            group = last if (url.hostname or "").endswith(".example") else url.hostname or ""
            examples.append(
                Example(name, group, row["url"], row["text"], page, *label(page, row["text"]))
            )
    return examples


def _numbers(example: Example, salt: str) -> np.random.Generator:
    """Numbers that look like chance and are the same in every run."""
    seed = hashlib.sha256(f"{salt}{example.url}".encode()).hexdigest()
    return np.random.default_rng(int(seed[:8], 16))


def _some(example: Example, chosen: np.ndarray[Any, Any]) -> Example:
    """A page with some of its blocks."""
    return example._replace(
        page=example.page._replace(blocks=example.page.blocks[chosen]),
        share=example.share[chosen],
        words=example.words[chosen],
    )


def _main(example: Example) -> np.ndarray[Any, Any]:
    return np.flatnonzero((example.share >= 0.5) & (example.words > 0))


def without_hints(example: Example) -> Example:
    """The page with attributes that say nothing."""
    elements = example.page.elements.copy()
    elements[:, b.OWN] = 0
    return example._replace(page=example.page._replace(elements=elements))


def without_tags(example: Example) -> Example:
    """The page with `div` for every tag that says what it holds."""
    elements = example.page.elements.copy()
    for name in ("article", "main", "section", "p", "aside", "nav", "header", "footer"):
        elements[elements[:, b.TAG] == m.tag(name), b.TAG] = m.tag("div")
    return example._replace(page=example.page._replace(elements=elements))


def cut_short(example: Example) -> Example:
    """The page up to somewhere in its main text."""
    main = _main(example)
    if len(main) < 4:
        return example
    words = np.cumsum(example.words[main])
    last = np.searchsorted(words, words[-1] * _numbers(example, "cut").uniform(0.3, 1.0))
    return _some(example, np.arange(len(example.words)) <= main[min(last, len(main) - 1)])


def with_loose_end(example: Example) -> Example:
    """The page with the last of its main text outside of the element that holds the rest.

    Of three in five pages what follows is left out, as of pages cut short.
    """
    main = _main(example)
    if len(main) < 4:
        return example
    numbers = _numbers(example, "end")
    loose = main[-int(numbers.integers(1, min(4, len(main) - 1))) :]
    elements = example.page.elements
    blocks = example.page.blocks.copy()
    holder = outline(example.page).main
    for _ in range(int(numbers.integers(1, 4))):
        holder = max(int(elements[holder, b.PARENT]), holder and 1)
    blocks[loose, b.ELEMENT] = holder
    chosen = np.ones(len(blocks), np.bool_)
    if numbers.random() < 0.6:
        chosen[loose[0] :] = False
        chosen[main] = True
    return _some(example._replace(page=example.page._replace(blocks=blocks)), chosen)


#: What a page is learnt from as, and how much each counts.
_VARIANTS = (
    (lambda example: example, 1.0),
    (without_hints, 0.4),
    (without_tags, 0.4),
    (cut_short, 0.4),
    (with_loose_end, 0.4),
)
_PHRASES = slice(FEATURES.index("phrases"), FEATURES.index("phrase_credit") + 1)
_WITHOUT_PHRASES = 0.3


def _rows(example: Example) -> tuple[np.ndarray[Any, Any], ...]:
    """Returns (features, labels, weights) of the blocks that are learnt from."""
    found = outline(example.page)
    used = found.shown & (example.words > 0)
    total = max(example.words[used & (example.share >= 0.5)].sum(), 50)
    # Words count, and so does each block: short ones are many, and a reader sees them.
    weights = np.minimum(example.words[used] / total, 0.5) * 50 + 0.3
    return features(example.page, found)[used], example.share[used] >= 0.5, weights


def prepare(example: Example) -> tuple[np.ndarray[Any, Any], ...]:
    """Returns (features, labels, weights) of a page and of what it is changed into."""
    parts = []
    for change, counts in _VARIANTS:
        rows, labels, weights = _rows(change(example))
        parts.append((rows, labels, weights * counts))
    rows, labels, weights = parts[0]
    rows = rows.copy()
    rows[:, _PHRASES] = 0
    parts.append((rows, labels, weights * _WITHOUT_PHRASES))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def learn(prepared: list[tuple[np.ndarray[Any, Any], ...]], **changes: Any) -> str:
    """Learns an ensemble from what `prepare` returned for each page; returns it as JSON."""
    rows, labels, weights = (np.concatenate(column) for column in zip(*prepared, strict=True))
    options = {
        "max_iter": 100,
        "learning_rate": 0.08,
        "max_leaf_nodes": 10,
        "min_samples_leaf": 30,
        "l2_regularization": 10,
        "max_features": 0.3,
        "random_state": 0,
        **changes,
    }
    model = HistGradientBoostingClassifier(**options)
    model.fit(rows, labels, sample_weight=weights)
    return as_json(model)


def as_json(model: HistGradientBoostingClassifier) -> str:
    """Writes the trees node after node, each left branch right behind its node."""
    roots: list[int] = []
    feature: list[int] = []
    limit: list[float] = []
    right: list[int] = []

    def walk(nodes: Any, at: int) -> None:
        node = nodes[at]
        here = len(feature)
        leaf = bool(node["is_leaf"])
        feature.append(-1 if leaf else int(node["feature_idx"]))
        limit.append(float(f"{node['value' if leaf else 'num_threshold']:.7g}"))
        right.append(0)
        if not leaf:
            walk(nodes, node["left"])
            right[here] = len(feature)
            walk(nodes, node["right"])

    for (tree,) in model._predictors:
        roots.append(len(feature))
        walk(tree.nodes, 0)
    columns = {"roots": roots, "feature": feature, "limit": limit, "right": right}
    start = float(model._baseline_prediction[0, 0])
    return json.dumps({"features": FEATURES, "start": start, **columns}, separators=(",", ":"))


def judge(example: Example, ensemble: Trees) -> tuple[float, float, float, float]:
    """Returns shares of right, superfluous and missing 4-grams, and of unwanted blocks kept."""
    kept, found = choose(example.page, ensemble=ensemble)
    text = render(example.page, kept, found.shown, found.hints)
    written, wanted = grams(text), grams(example.gold)
    right = (written & wanted).total()
    total = written.total() + wanted.total() - right
    shown = outline(example.page, 2).shown
    unwanted = shown & (example.share < 0.2) & (example.words >= 2) & (example.words <= 60)
    share = kept[unwanted].mean() if unwanted.any() else 0.0
    return (
        right / total,
        (written.total() - right) / total,
        (wanted.total() - right) / total,
        share,
    )


def report(title: str, examples: list[Example], figures: list[tuple[float, ...]]) -> None:
    """Prints precision, recall, F1 and unwanted blocks of each set."""
    for name in sorted({example.name for example in examples}):
        table = np.array([f for e, f in zip(examples, figures, strict=True) if e.name == name])
        right, superfluous, missing, unwanted = table.mean(axis=0)
        precision, recall = right / (right + superfluous), right / (right + missing)
        f1 = 2 * precision * recall / (precision + recall)
        figures_of = f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.4f}"
        print(
            f"{title:16} {name[:12]:12} {len(table):4} pages  {figures_of}  {unwanted:.3f} unwanted"
        )


def main() -> None:
    """Learns, prints figures, writes the ensemble."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="NAME=WARC:GOLD")
    parser.add_argument("--out")
    parser.add_argument("--quick", action="store_true", help="cross-validation alone")
    args = parser.parse_args()
    examples = []
    for each in args.sets:
        name, _, files = each.partition("=")
        examples += read_set(name, *files.split(":"))
    prepared = {id(e): prepare(e) for e in examples}
    seen = [e for e in examples if part(e.group, "")]
    kept_back = [e for e in examples if not part(e.group, "")]
    figures: dict[int, tuple[float, ...]] = {}
    for n in range(PARTS):
        ensemble = read_trees(learn([prepared[id(e)] for e in seen if part(e.group, "f") != n]))
        figures |= {id(e): judge(e, ensemble) for e in seen if part(e.group, "f") == n}
    report("cross-validated", seen, [figures[id(e)] for e in seen])
    for name in sorted({e.name for e in seen}) if not args.quick else ():
        ensemble = read_trees(learn([prepared[id(e)] for e in seen if e.name != name]))
        others = [e for e in seen if e.name == name]
        report("from other sets", others, [judge(e, ensemble) for e in others])
    if args.out:
        ensemble = read_trees(learn([prepared[id(e)] for e in seen]))
        report("kept back", kept_back, [judge(e, ensemble) for e in kept_back])
        # What is shipped has learnt from all pages, those that gave the figures above too.
        Path(args.out).write_text(learn(list(prepared.values())) + "\n", "utf-8")


if __name__ == "__main__":
    main()
