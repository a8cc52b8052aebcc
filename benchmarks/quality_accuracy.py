"""How many good documents the default quality profile loses, and how many bad ones it keeps.

    python benchmarks/quality_accuracy.py --labelled pages.jsonl.zst --good manual.jsonl.zst ...
        [--sentences sentences.jsonl.zst] [--cross-validate] [--write score.yaml] [--show 30]

Inputs are JSONL, zstd or not, or Parquet, with `id`, `text` and `lang`; labelled pages have 0 or 1
in `label` or `meta.label`. Every fifth page by the hash of its id is kept out of training and shown
apart. With --sentences (in many languages) a scorecard is fitted: --cross-validate shows what it
does on pages that it has not seen, --write writes it.
"""

import argparse
import dataclasses
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from numpy.typing import NDArray

from corpus_pipeline.filters.quality import score as quality_score
from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import QualityProfile, quality_failures
from corpus_pipeline.filters.quality.score import ScoreModel, feature_points
from corpus_pipeline.filters.quality.training import (
    Examples,
    ScoreTraining,
    is_held_out,
    train_score,
    usual_of,
    write_score,
)

#: Documents of one language of one source that training looks at.
SAMPLE = 60
FOLDS = 5
SEEDS = 20


@dataclasses.dataclass
class Source:
    """Documents with their measures."""

    name: str
    ids: list[str]
    texts: list[str]
    langs: list[str]
    labels: list[int | None]
    measures: pa.RecordBatch


def read(path: Path) -> list[dict[str, Any]]:
    """Returns the rows of a JSONL or Parquet file."""
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    return [json.loads(line) for line in data.split(b"\n") if line]


def load(path: Path) -> Source:
    """Reads and measures one file."""
    rows = read(path)
    metas: list[dict[str, Any]] = [
        row["meta"] if isinstance(row.get("meta"), dict) else {} for row in rows
    ]
    # A parallel corpus may name the language in its folder instead.
    langs = [
        row["lang"] if row["lang"] != "mixed" else str(meta.get("dir", "")).partition("-")[0]
        for row, meta in zip(rows, metas, strict=True)
    ]
    texts = [row["text"] for row in rows]
    return Source(
        path.name.partition(".")[0],
        [row["id"] for row in rows],
        texts,
        langs,
        [row.get("label", meta.get("label")) for row, meta in zip(rows, metas, strict=True)],
        measure_quality(pa.array(texts), pa.array(langs), prose=True),
    )


def failures(source: Source, profile: QualityProfile) -> dict[str, NDArray[np.bool_]]:
    """Returns what each document fails."""
    measures = source.measures
    if not profile.prose:
        measures = measure_quality(pa.array(source.texts), pa.array(source.langs))
    return quality_failures(measures, pa.array(source.langs), profile)


def rejected(source: Source, profile: QualityProfile) -> NDArray[np.bool_]:
    """Returns which documents go."""
    gone: NDArray[np.bool_] = np.logical_or.reduce(list(failures(source, profile).values()))
    return gone


def examples(
    pages: Source, rows: NDArray[np.int64], good: list[Source], usual: Any, weight: float
) -> Examples:
    """Gathers labelled pages and a sample of the good sources, at `weight` of the good pages."""
    labels = [float(pages.labels[row] or 0) for row in rows]
    batches = [pages.measures.take(pa.array(rows))]
    langs = [pages.langs[row] for row in rows]
    weights = [1.0] * len(rows)
    total = weight * sum(labels) / max(len(good), 1)
    for source in good:
        groups: dict[str, list[int]] = {}
        valid = source.measures.column("sentences").is_valid().to_pylist()
        for row, (id_, lang) in enumerate(zip(source.ids, source.langs, strict=True)):
            if lang in usual and valid[row] and not is_held_out(id_):
                groups.setdefault(lang, []).append(row)
        for lang, members in groups.items():
            chosen = members[:: max(1, len(members) // SAMPLE)][:SAMPLE]
            batches.append(source.measures.take(pa.array(chosen)))
            langs += [lang] * len(chosen)
            labels += [1.0] * len(chosen)
            weights += [total / len(groups) / len(chosen)] * len(chosen)
    table = pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
    return Examples(table, langs, np.array(labels), np.array(weights))


def scores(source: Source, model: ScoreModel) -> NDArray[np.int64]:
    """Returns the scores of all documents under a model that is not the shipped one."""
    points = feature_points(source.measures, source.langs, model).sum(axis=0)
    total: NDArray[np.int64] = quality_score.BASE + points
    return total


def share(kept: NDArray[np.bool_], of: NDArray[np.bool_]) -> str:
    """Returns a share and of how many it is."""
    return f"{kept[of].mean():.3f} ({of.sum()})" if of.any() else "–"


def cross_validate(
    pages: Source, good: list[Source], usual: Any, options: ScoreTraining, profile: QualityProfile
) -> None:
    """Prints what rules and a score learnt on four fifths keep of the rest."""
    labels = np.array([label == 1 for label in pages.labels])
    rules = failures(pages, profile)
    rules.pop("quality-score-low")
    alive = ~np.array(list(rules.values())).any(axis=0)
    rounds = []
    at: dict[float, list[float]] = {0.9: [], 0.92: [], 0.94: []}
    for seed in range(SEEDS):
        # Stratified: each fold has its share of good pages and of bad ones.
        random = np.random.default_rng(seed)
        fold = np.empty(len(labels), np.int64)
        for kind in (labels, ~labels):
            fold[kind] = random.permutation(kind.sum()) % FOLDS
        values = np.zeros(len(labels), np.int64)
        for number in range(FOLDS):
            train = examples(
                pages, np.flatnonzero(fold != number), good, usual, options.good_weight
            )
            model = train_score(train, usual, options)
            values[fold == number] = scores(pages, model)[fold == number]
        rounds.append(np.where(alive, values, -1))
        ranked = np.sort(np.where(alive, values, -1)[labels])
        for wanted, found in at.items():
            cut = ranked[int((1 - wanted) * len(ranked))]
            found.append(float(((values >= cut) & alive)[~labels].mean()))
    shipped = profile.rules_for("en").quality_min_score or 0
    every = np.array(rounds)
    for threshold in (shipped - 20, shipped - 10, shipped, shipped + 10, shipped + 20):
        kept = every >= threshold
        print(
            f"cross-validated at {threshold}: good kept {_spread(kept[:, labels].mean(axis=1))}, "
            f"bad kept {_spread(kept[:, ~labels].mean(axis=1))}"
        )
    for wanted, found in at.items():
        print(
            f"cross-validated: of bad pages {_spread(np.array(found))} where {wanted} of good ones "
            "stay"
        )


def _spread(values: NDArray[np.float64]) -> str:
    """Returns mean and standard deviation over the repeats."""
    return f"{values.mean():.3f} ± {values.std():.3f}"


def show(source: Source, gone: NDArray[np.bool_], kind: int, number: int) -> None:
    """Prints dropped good or kept bad pages, to be read."""
    wrong = [row for row, label in enumerate(source.labels) if label == kind and gone[row] == kind]
    for row in wrong[:number]:
        measures = source.measures.slice(row, 1).to_pylist()[0]
        points = quality_score.explain_score(measures, source.langs[row])
        print(f"--- {'dropped good' if kind else 'kept bad'} {source.ids[row]} {points}")
        print(source.texts[row][:400].replace("\n", " / "))


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--good", type=Path, nargs="*", default=[])
    parser.add_argument("--sentences", type=Path)
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--origin", default="", help="what it was learnt from, for the file")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--profile", default="default")
    arguments = parser.parse_args()
    pages = load(arguments.labelled)
    good = [load(path) for path in arguments.good]
    options = ScoreTraining()
    if arguments.sentences:
        sentences = load(arguments.sentences)
        usual = usual_of(sentences.measures, sentences.langs)
        if "nb" in usual:
            usual["no"] = usual["nb"]
        if arguments.write:
            rows = np.array([row for row, id_ in enumerate(pages.ids) if not is_held_out(id_)])
            train = examples(pages, rows, good, usual, options.good_weight)
            model = train_score(train, usual, options)
            arguments.write.write_text(write_score(model, arguments.origin.split("|")), "utf-8")
            quality_score.load_score_model.cache_clear()
            return
        if arguments.cross_validate:
            cross_validate(pages, good, usual, options, load_profile(arguments.profile))
    profile = load_profile(arguments.profile)
    print("\n| source | documents | lost | lost, held out | first reasons |")
    print("| --- | --- | --- | --- | --- |")
    for source in good:
        found = failures(source, profile)
        table = np.array(list(found.values()))
        gone = rejected(source, profile)
        held = np.array([is_held_out(id_) for id_ in source.ids])
        first = Counter(list(found)[i] for i in table[:, gone].argmax(axis=0))
        reasons = ", ".join(f"{name} {count}" for name, count in first.most_common(3))
        print(
            f"| {source.name} | {len(gone)} | {gone.mean():.3f} | {gone[held].mean():.3f} "
            f"| {reasons} |"
        )
        by_language = {}
        for lang in sorted(set(source.langs)):
            of = np.array([each == lang for each in source.langs])
            by_language[lang] = f"{lang} {gone[of].mean():.2f}"
        if len(by_language) > 1:
            print(f"|   by language | | | | {', '.join(by_language.values())} |")
    gone = rejected(pages, profile)
    held = np.array([is_held_out(id_) for id_ in pages.ids])
    labels = np.array([label == 1 for label in pages.labels])
    print("\n| labelled pages | good kept | bad kept |\n| --- | --- | --- |")
    for name, of in (("all", held | ~held), ("training", ~held), ("held out", held)):
        print(f"| {name} | {share(~gone, of & labels)} | {share(~gone, of & ~labels)} |")
    for kind in (1, 0):
        show(pages, gone, kind, arguments.show)


if __name__ == "__main__":
    main()
