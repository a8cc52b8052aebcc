"""The card of a run's output: what `datasets.load_dataset(OUT)` reads, and what people read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from corpus_pipeline.errors import printable

#: Name of the card in the output folder.
CARD_FILE = "README.md"
#: Folders that are configurations, the default first -> what is in them.
_CONFIGS = {
    "documents": "the documents that stay, with their measures",
    "rejected": "the documents that were dropped, with the reason",
    "ledger": "one row for each record of the input, without its content",
    "pii": "where personal data was found and replaced, without the values",
}
#: Steps of ten in which the Hub tells sizes.
_SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"), (10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"),
    (10**11, "10B<n<100B"), (10**12, "100B<n<1T"),
)  # fmt: skip
_DROPPED = "dropped-"
_MADE = "Made by corpus_pipeline"


def dataset_card(run: Mapping[str, Any]) -> str:
    """Writes the card of a finished run; the same run gives the same card.

    Nothing of it names the files of the input, whose paths may tell of a machine or a person.

    Args:
        run: content of run.json.

    Returns:
        Markdown, its head the YAML that names the configurations documents, rejected, ledger
        and pii, each that has files.

    >>> files = [{"path": "documents/part-00000-of-00001.parquet", "rows": 2}]
    >>> card = dataset_card({"files": files, "counts": {"documents": 3, "dropped-x": 1}})
    >>> print(card[:card.index("size_")])
    ---
    configs:
    - config_name: documents
      data_files: documents/*.parquet
      default: true
    <BLANKLINE>
    """
    rows = _rows_by_folder(run["files"])
    head: dict[str, Any] = {
        "configs": [
            {"config_name": name, "data_files": f"{name}/*.parquet"}
            | ({"default": True} if name == "documents" else {})
            for name in _CONFIGS
            if name in rows
        ],
        "size_categories": [_size(rows.get("documents", 0))],
    }
    lines = [
        "---",
        yaml.safe_dump(head, sort_keys=False, allow_unicode=True).rstrip("\n"),
        "---",
        "",
        *_body(run, rows),
    ]
    return "\n".join(lines) + "\n"


def is_card(content: bytes) -> bool:
    """Says whether a file is a card that a run has written, which the next run may replace.

    >>> is_card(dataset_card({"files": [], "counts": {}}).encode()), is_card("我的语料".encode())
    (True, False)
    """
    return content.startswith(b"---\n") and _MADE.encode() in content


def _rows_by_folder(files: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for file in files:
        folder, _, name = file["path"].partition("/")
        if name.endswith(".parquet"):
            rows[folder] = rows.get(folder, 0) + file["rows"]
    return rows


def _size(rows: int) -> str:
    """Names the size of a dataset as the Hub does.

    >>> _size(0), _size(1000), _size(10**13)
    ('n<1K', '1K<n<10K', 'n>1T')
    """
    return next((name for most, name in _SIZES if rows < most), "n>1T")


def _body(run: Mapping[str, Any], rows: Mapping[str, int]) -> Iterator[str]:
    counts: Mapping[str, int] = run["counts"]
    yield "# Corpus"
    yield ""
    version = run.get("corpus_pipeline")
    made = f" {version}" if version else ""
    yield (
        f"{_MADE}{made} of {counts.get('documents', 0):,} records; "
        f"{rows.get('documents', 0):,} documents stay. The licence is that of the sources."
    )
    yield ""
    yield "| configuration | rows | holds |"
    yield "| --- | --- | --- |"
    for name, meaning in _CONFIGS.items():
        if name in rows:
            yield f"| `{name}` | {rows[name]:,} | {meaning} |"
    if counts.get("tokens"):
        yield ""
        yield (
            f"`tokens/` has the {counts['tokens']:,} tokens of the documents in Arrow files, with "
            "`tokens/tokenizer.json`."
        )
    if steps := [str(step.get("label") or step["name"]) for step in run.get("steps", ())]:
        yield ""
        yield f"Steps, in their order: {', '.join(map(_cell, steps))}."
    if sources := sorted(run.get("sources", ())):
        yield ""
        yield f"Sources: {', '.join(map(_cell, sources))}."
    dropped = {name.removeprefix(_DROPPED): number for name, number in counts.items()
               if name.startswith(_DROPPED)}  # fmt: skip
    if dropped:
        yield ""
        yield "| dropped for | records |"
        yield "| --- | --- |"
        for name, number in sorted(dropped.items(), key=lambda item: (-item[1], item[0])):
            yield f"| {_cell(name)} | {number:,} |"


def _cell(text: str) -> str:
    """Returns text of a user's own as it stands in Markdown, where it must mean nothing.

    >>> _cell("a|b<i>"), _cell("维基")
    ('a\\\\|b\\\\<i\\\\>', '维基')
    """
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|#" else c for c in printable(text))
