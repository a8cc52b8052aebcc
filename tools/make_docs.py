"""Writes docs/cli.md, configuration.md, data-contract.md, events.md and other pages.

Run it with `make docs` after a change of a command, an option or a column; tests/test_docs.py fails
while the pages and the code differ.
"""

from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import typer
from configuration_page import configuration_page

from corpus_pipeline.cli.events import EVENTS_VERSION, Event
from corpus_pipeline.cli.help import EXIT_CODES
from corpus_pipeline.cli.main import app
from corpus_pipeline.flow import document_schema, documented, known_steps, ledger_schema, reasons
from corpus_pipeline.recipes.catalogue import load_recipe, recipe_names
from corpus_pipeline.schema import CONTENT, FATE, PROVENANCE, SCHEMA_VERSION
from corpus_pipeline.scrub.entities import TABLE
from corpus_pipeline.tokens.index import INDEX_VERSION
from corpus_pipeline.tokens.shard import SHARD_FORMAT, ShardFormat
from corpus_pipeline.workspace.phase_table import PHASES

DOCS = Path(__file__).parent.parent / "docs"

#: Columns of the help texts in docs/cli.md.
_WIDTH = 90

#: Titles of the groups of columns that steps fill.
_TITLES = {
    "language": "Language",
    "quality": "Quality",
    "keywords": "Keywords",
    "perplexity": "Perplexity",
    "token_count": "Token count",
    "dedup": "Deduplication",
    "scrub": "Personal data",
    "tokenize": "Tokens",
}


def groups() -> list[tuple[str, str, pa.Schema]]:
    """Returns the groups of columns: title, who fills them, the columns."""
    found = [
        ("Fate", "by every step that decides", FATE),
        ("Provenance", "filled by *read*; `id` also by the hashing after the filters", PROVENANCE),
        ("Content", "`raw` and `text` by *read*, `text` by every step that changes it", CONTENT),
    ]
    for name, step in known_steps().items():
        if name != "read" and len(step.columns):
            by = f"by *{name}*" if step.default else f"by *{name}*, in runs that have this step"
            found.append(
                (
                    _TITLES.get(name, name.capitalize()),
                    by,
                    pa.schema([*step.columns, *step.optional_columns]),
                )
            )
        if len(step.ledger_columns):
            title = f"{_TITLES.get(name, name.capitalize())}, in the ledger alone"
            found.append((title, "when shards are cut", step.ledger_columns))
    return found


_CLI_HEAD = """\
# Commands

The help texts of every command. Written by `make docs`; edit the command, not this page.

A known error is one line on standard error, `corpus: what, where, which rule, what to do`, and exit
code 1. A command that cannot be understood exits with 2, an interrupted one with 130; a run then
says which command goes on with it ([progress](progress.md)). Where nobody reads on (`corpus stats
OUT | head -1`) a command ends with 1 and without a word. Tables fit 80 columns.
"""

_CONTRACT_HEAD = """\
# Data contract

Every column and every file that a run writes. Written by `make docs` from
`corpus_pipeline/schema.py`; edit the code, not this page. Schema version: {schema_version}. It is
raised when a column changes its name, type or meaning, and stands in every `run.json`.

## The output folder

| path | what |
| --- | --- |
| `run.json` | what was run and what came out; written last, so a folder that has it is complete |
| `documents/part-UUUUU-of-NNNNN.parquet` | documents that stay, one file for each unit of work |
| `rejected/filtered-UUUUU-of-NNNNN.parquet` | documents dropped by *read* to *perplexity* |
| `rejected/deduplicated-UUUUU-of-NNNNN.parquet` | documents dropped by *dedup* |
| `ledger/part-UUUUU-of-NNNNN.parquet` | one row for each input record, in its order |
| `pii/part-UUUUU-of-NNNNN.parquet` | findings of personal data, without values; with *scrub* |
| `tokens/tokens-KKKKK-of-MMMMM.arrow` | token shards; with *tokenize* only |
| `tokens/index.json` | the shards with their counts and digests |
| `tokens/tokenizer.json` | the tokenizer that made them |
| `mixture/mixture.json` | how often a training sees which tokens, if a `mixture` is configured |
| `mixture/selection-DIGEST.arrow` | which documents a component of it takes, where it chooses |
| `report.html` | a page about the run, which `corpus report` writes anew; no part of the corpus |
| `README.md` | a card for people and for `datasets.load_dataset`; one of your own stays |
| `.work/` | only while a run is under way or was killed: see [architecture.md](architecture.md) |

UUUUU is the unit's number, NNNNN how many there are. A unit without documents has its files too,
with no rows. Parquet files are compressed with zstd.

* `documents/` and `rejected/` have all {document_columns} columns below. Texts in `rejected/` are
  as they were when the document was dropped: not scrubbed, unless `scrub.rejected` is true.
* `ledger/` has {ledger_columns} columns: all but `raw`, `text` and signals of lines, and besides
  them `token_shard` and `token_offset`, which are known only when all documents are counted.
* Measures are those of the text after *extract*, before *dedup* cuts sentences out and *scrub*
  replaces: that is the text that the rules judged. `content_hash` is of the same text.
* A column that no stage has filled is null.
* Only `text` is scrubbed, and of `id`, `url` and `metadata` what `scrub.fields` names. `file` is
  kept as the input has it.

## Columns
"""

_CONTRACT_TAIL = """\
## run.json

* `corpus_pipeline`: version of the package.
* `schema_version`: of this page.
* `config`: every setting that the output depends on, defaults included.
* `counts`: `documents` (in); `dropped-REASON`, each document once, under its first reason;
  `skipped-…`, records that are no documents; `lost-rows` of broken Parquet row groups; and of the
  documents that stay `removed_sentences`, `removed_chars`, `repeated_chars`, `pii_…` and `tokens`.
* `files`: every other file of the folder with `path`, `rows`, `bytes`, `sha256`, but those of
  `mixture/`, which has digests of its own and may be planned anew.
* `fingerprint`: what the run depends on. `inputs` (path, size, time of change, hash of the
  content), `units` (number and sha256 of the list), `config`, `resources` (sha256 of models, lists,
  profiles, tokenizer), `package` (version, digest of the sources), `schema_version`, `partitions`,
  versions of Python and of the libraries.
* `phases`: phase → `items`, `seconds`, `clocks` (`stage/micros`, `stage/documents`, `stage/bytes`).
  The only part that differs between two runs of the same.
* `sources`: source → `sentence_chars`, characters that came to sentence deduplication;
  `sentence_lost`, what it took of them, documents with nothing left included; `sentence_whole`,
  documents that stay whole for `max_loss`.
* `streams`: what there is in tokens/ of each `split` and `source`: `shards`, `documents`, `tokens`.
* `passed_over`: file of a folder that no reader reads → what it is.

`documents` = rows of `documents/` + sum of `dropped-…` = rows of `ledger/`. `corpus verify` checks
that, reason by reason, in `rejected/` and in `ledger/`.

## tokens/index.json

Version {index_version}.

| key | what |
| --- | --- |
| `version` | of this file's form |
| `dtype` | `uint16` if the vocabulary has at most 65,536 ids, else `uint32` |
| `vocab_size` | largest id + 1 |
| `eos_id` | id after each document |
| `tokenizer` | `file` and `sha256` |
| `shards` | in their order: `file`, `split`, `source`, `documents`, `tokens`, `bytes`, `sha256` |
| `totals` | `shards`, `documents`, `tokens`, `bytes` |

## Token shards

Arrow IPC files, uncompressed, so that they can be mapped into memory. One row is one document:
`id`, `unit` and `row` (its address), `tokens`. A record batch has at most 64 MiB, or one document
that is longer. Format {shard_format}; the file's metadata has `format`, `tokenizer_sha256` and
`eos_id`. Hugging Face's `load_dataset("arrow")` reads them; `Dataset.from_file`, which wants Arrow
streams, does not ([exports](exports.md)).

A shard holds documents of one source and one split. The shards of a source and split lie next to
each other, train before what is held out, sources in the order of their names; KKKKK is a shard's
number, MMMMM how many there are. A source and split of T tokens has about T / `shard_tokens`
shards of the same size, however the inputs were cut into units. Documents are in the order of the
input, or with `shuffle` in that of hashes of their content.
"""


def cli_page() -> str:
    """Returns docs/cli.md: the plain help text of every command, at a fixed width."""
    parts = [_CLI_HEAD]
    for name, command in commands().items():
        path = f"corpus {name}".rstrip()
        parts.append(f"## {path}\n\n```text\n{_help(command, path)}\n```\n")
    return "\n".join(parts)


def commands() -> dict[str, Any]:
    """Returns the group itself under "" and every command under its name, in order of help."""
    found: dict[str, Any] = {"": typer.main.get_command(app)}
    for name, command in found[""].commands.items():
        found[name] = command
        for inner, below in getattr(command, "commands", {}).items():
            found[f"{name} {inner}"] = below
    return found


def _help(command: Any, path: str) -> str:
    """Formats a command's help without boxes, which depend on the terminal."""
    command.rich_markup_mode = None
    context = command.make_context(
        path, [], resilient_parsing=True, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    text: str = command.get_help(context)
    return "\n".join(line.rstrip() for line in text.replace("`", "").strip().splitlines())


def contract_page() -> str:
    """Returns docs/data-contract.md."""
    parts = [
        _CONTRACT_HEAD.format(
            schema_version=SCHEMA_VERSION,
            document_columns=len(document_schema()),
            ledger_columns=len(ledger_schema()),
        )
    ]
    for title, filled_by, schema in groups():
        parts.append(f"### {title}\n\n{filled_by.capitalize()}.\n\n{_columns(schema)}\n")
    parts.append(f"## Reasons\n\n{_reasons()}\n")
    shard = ShardFormat("0" * 64, 0, "uint16").schema
    parts.append(_CONTRACT_TAIL.format(index_version=INDEX_VERSION, shard_format=SHARD_FORMAT))
    rows = [f"| `{field.name}` | {_type(field.type)} |" for field in shard]
    parts.append("| column | type |\n| --- | --- |\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _columns(schema: pa.Schema) -> str:
    rows = ["| column | type | meaning |", "| --- | --- | --- |"]
    for field in schema:
        meaning = field.metadata[b"meaning"].decode().replace("|", "\\|")
        rows.append(f"| `{field.name}` | {_type(field.type)} | {meaning} |")
    return "\n".join(rows)


def _type(type_: pa.DataType) -> str:
    """Names an Arrow type as its documentation does.

    >>> _type(pa.list_(pa.string())), _type(pa.binary(16))
    ('list of string', '16 bytes')
    """
    if pa.types.is_list(type_):
        return f"list of {_type(type_.value_type)}"
    if pa.types.is_fixed_size_binary(type_):
        return f"{type_.byte_width} bytes"
    return {"double": "float64", "float": "float32"}.get(str(type_), str(type_))


def _reasons() -> str:
    lines = [
        "What `drop_reason` and `reasons` may say, by stage and in the order in which rules are",
        "looked at. Each page of the flow says what its reasons mean.",
        "",
    ]
    for name, listed in reasons().items():
        shown = ", ".join(f"`{reason}`" for reason in listed)
        lines.append(f"* [{name}]({page_of(name)}): {shown}")
    return "\n".join(lines)


def page_of(step: str) -> str:
    """Returns the page of a step, below docs/."""
    if step in documented():
        return f"flow/{documented().index(step) + 1}-{step}.md"
    return f"steps/{step}.md"


_PHASES_BEGIN = (
    "<!-- phases: written by `make docs` from corpus_pipeline/workspace/phase_table.py -->\n"
)
_PHASES_END = "<!-- end of phases -->\n"


def _between(page: str, begin: str, end: str, content: str) -> str:
    """Returns a page, as it is on disk, with other content between two marks."""
    before, _, rest = (DOCS / page).read_text("utf-8").partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{content}\n\n{end}{after}"


def architecture_page() -> str:
    """Returns docs/architecture.md with the table of phases as it is today."""
    return _between("architecture.md", _PHASES_BEGIN, _PHASES_END, _phases())


def _phases() -> str:
    """Returns the phases as a table; a merge stands in the row of what it merges."""
    rows = [
        "| phase | over | what it does | reads | writes | merged by unit |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in PHASES:
        if row.over != "groups":
            reads, writes, merged = (
                ", ".join(f"`{folder}`" for folder in folders if folder)
                for folders in (row.reads, row.writes, [row.merged])
            )
            merged += f": {row.removes}" if row.removes else ""
            cells = (row.name, row.over, row.task, reads or "inputs", writes, merged)
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


_IDENTIFIERS_BEGIN = (
    "<!-- identifiers: written by `make docs` from corpus_pipeline/scrub/entities.py -->\n"
)
_IDENTIFIERS_END = "<!-- end of identifiers -->"


def scrub_page(page: str, titles: str) -> str:
    """Returns a page of *scrub* with the list of identifiers as it is today."""
    return _between(page, _IDENTIFIERS_BEGIN, _IDENTIFIERS_END, _identifiers(titles))


def _identifiers(titles: str) -> str:
    """Returns the entities of `pii_national_id` by country, those without one first."""
    by_country: dict[str, list[str]] = {}
    for entity in TABLE:
        if entity.column == "pii_national_id":
            country, _, rest = entity.name.partition("_")
            name = country if rest and len(country) == 2 else ""
            by_country.setdefault(name, []).append(f"`{entity.name}`")
    lines = [titles, "| --- | --- |"]
    lines += [f"| {name} | {', '.join(by_country[name])} |" for name in sorted(by_country)]
    return "\n".join(lines)


_CODES_BEGIN = "<!-- exit codes: written by `make docs` from corpus_pipeline/cli/help.py -->\n"
_CODES_END = "<!-- end of exit codes -->"


def errors_page() -> str:
    """Returns docs/errors.md with the exit codes as they are today."""
    rows = [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    table = "\n".join(["| exit code | |", "| --- | --- |", *rows])
    return _between("errors.md", _CODES_BEGIN, _CODES_END, table)


_RECIPES_BEGIN = "<!-- recipes: written by `make docs` from corpus_pipeline/recipes/ -->\n"
_RECIPES_END = "<!-- end of recipes -->"


def recipes_page() -> str:
    """Returns docs/recipes.md with what the recipes say of their steps."""
    tables = "\n\n".join(_recipe(name) for name in recipe_names())
    return _between("recipes.md", _RECIPES_BEGIN, _RECIPES_END, tables)


def _recipe(name: str) -> str:
    """Returns the section of a recipe: its sources, its steps, and the files that it needs."""
    recipe = load_recipe(name)
    lines = [f"## {name}", "", recipe.title, "", *(f"* {source}" for source in recipe.sources), ""]
    lines += ["| as published | here |", "| --- | --- |"]
    for step in recipe.steps:
        here = f"**{step.verdict}**" + (f": {step.how}" if step.how else "")
        lines.append(f"| {step.published} | {here} |")
    if recipe.needed:
        lines += ["", "Files to give:", ""]
        lines += [f"* `{needed.path}`: {needed.what}" for needed in recipe.needed]
    return "\n".join(lines)


_EVENTS_HEAD = """\
# Events

`corpus run CONFIG --json` writes one JSON object a line on standard output, for schedulers and
other programs: what begins, how far it is, how it ends. Written by `make docs` from
`corpus_pipeline/cli/events.py`; edit the code, not this page.

```sh
corpus run corpus.yaml --json > events.jsonl 2> run.log
```

Standard output has these lines and nothing else: what libraries, workers and your own steps print
goes to standard error, as do the lines for people. The first event is `run-started`, the last one
`run-finished` or `run-failed`; a process that is killed writes none, and `corpus status` tells what
became of its run ([progress](progress.md)). Every event has `time`, seconds since 1970, and
`event`, its kind. A field that is not named here is never written; one that changes its meaning
raises `version`, which is {version}. New kinds and fields may come without that.

In Python:

```python
>>> from corpus_pipeline.cli.events import EVENTS
>>> line = '{{"event": "remark", "time": 1.5, "line": "quality profile default: off: code_*"}}'
>>> EVENTS.validate_json(line).line
'quality profile default: off: code_*'

```
"""


def events_page() -> str:
    """Returns docs/events.md."""
    parts = [_EVENTS_HEAD.format(version=EVENTS_VERSION)]
    for kind in get_args(get_args(Event)[0]):
        name = kind.model_fields["event"].default
        parts += [
            f"## {name}\n",
            f"{kind.__doc__}\n",
            "| field | type | what |\n| --- | --- | --- |",
        ]
        properties = kind.model_json_schema()["properties"]
        for field, known in kind.model_fields.items():
            if field not in ("event", "time"):
                type_ = _json_type(properties[field])
                parts.append(f"| `{field}` | {type_} | {known.description} |")
        parts[-1] += "\n"
    return "\n".join(parts)


def _json_type(schema: dict[str, Any]) -> str:
    """Says in words what JSON Schema says of a field."""
    if "anyOf" in schema:
        return " or ".join(map(_json_type, schema["anyOf"]))
    if schema["type"] == "array":
        return f"list of {_json_type(schema['items'])}s"
    if schema["type"] == "object":
        return f"object of {_json_type(schema['additionalProperties'])}s"
    return str(schema["type"])


def pages() -> dict[Path, str]:
    """Returns the generated pages with their content."""
    scrub = page_of("scrub")
    return {
        DOCS / scrub: scrub_page(scrub, "| country | entities |"),
        DOCS / "zh" / scrub: scrub_page(f"zh/{scrub}", "| 国家 | 实体 |"),
        DOCS / "architecture.md": architecture_page(),
        DOCS / "errors.md": errors_page(),
        DOCS / "recipes.md": recipes_page(),
        DOCS / "cli.md": cli_page(),
        DOCS / "configuration.md": configuration_page(),
        DOCS / "events.md": events_page(),
        DOCS / "data-contract.md": contract_page(),
    }


if __name__ == "__main__":
    for page, content in pages().items():
        page.write_text(content, "utf-8")
        print(f"{page.relative_to(DOCS.parent)}: written")
