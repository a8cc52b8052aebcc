"""Writes what DCLM's filters of pages say of the documents: vectors/dclm.jsonl.

Runs in an environment of its own, see the Makefile's target golden-peers. The only argument is a
checkout of mlfoundations/dclm; its commit stands in the first line. Filters and limits are those of
its configuration of RefinedWeb. Modules are imported without what their packages import, which asks
for a cluster and for tokenizers.
"""

import importlib
import importlib.metadata
import json
import platform
import sys
import types
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"
CONFIGURATION = "baselines/baselines_configs/dclm_baseline_refinedweb.yaml"
#: Its repetition filters in one; `repetition_filter` with these arguments is each of them.
ALL_REPETITIONS = "massive_web_repetition_filters"
PARTS = {
    "lines": ("line", 0.3, False), "paragraphs": ("paragraph", 0.3, False),
    "line characters": ("line", 0.2), "paragraph characters": ("paragraph", 0.2),
    "2-grams": (2, 0.2), "3-grams": (3, 0.18), "4-grams": (4, 0.16), "5-grams": (5, 0.15),
    "6-grams": (6, 0.14), "7-grams": (7, 0.13), "8-grams": (8, 0.12), "9-grams": (9, 0.11),
    "10-grams": (10, 0.1),
}  # fmt: skip


def _shim(name: str, folder: Path | None = None) -> None:
    module = types.ModuleType(name)
    if folder is not None:
        module.__path__ = [str(folder)]
    sys.modules[name] = module


def filters(checkout: Path) -> Iterator[tuple[str, Callable[[dict[str, str]], list[Any]]]]:
    """Yields (rule, filter of a page: an empty list if the page goes)."""
    _shim("transformers")
    sys.modules["transformers"].AutoTokenizer = None  # type: ignore[attr-defined]
    for name in ("baselines", "baselines.mappers", "baselines.mappers.filters", "baselines.core"):
        _shim(name, checkout / name.replace(".", "/"))
    _shim("core", checkout / "baselines" / "core")
    module = importlib.import_module("baselines.mappers.filters.content_filters")
    (part,) = yaml.safe_load((checkout / CONFIGURATION).read_text("utf-8"))
    for options in part["steps"]:
        kind = options.pop("func")
        if kind == ALL_REPETITIONS:
            for rule, arguments in PARTS.items():
                names = ("granularity", "max_fraction", "count_characters")
                given = dict(zip(names, arguments, strict=False))
                yield rule, partial(module.repetition_filter, **given)
        elif hasattr(module, kind) and kind != "word_removal_ratio_filter":
            yield kind, partial(getattr(module, kind), **options)


def main() -> None:
    """See the module."""
    rules = dict(filters(Path(sys.argv[1])))
    head = {
        "dclm": "361714b",
        "uniseg": importlib.metadata.version("uniseg"),
        "python": platform.python_version(),
    }
    lines = [json.dumps(head)]
    for row in map(json.loads, (VECTORS / "documents.jsonl").read_text("utf-8").splitlines()):
        failed = [rule for rule, keeps in rules.items() if not keeps({"text": row["text"]})]
        lines.append(json.dumps({"name": row["name"], "failed": failed}))
    (VECTORS / "dclm.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
