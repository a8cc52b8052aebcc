"""A first configuration for files: what they are is told from their first records."""

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import pyarrow as pa

from corpus_pipeline.config.template import PROPOSED, PROPOSED_LANGUAGES
from corpus_pipeline.errors import CorpusError, InputError, printable
from corpus_pipeline.planning.passed_over import counted
from corpus_pipeline.planning.sizing import TEXT_PER_STORED_BYTE, partitions_for, unit_bytes_for
from corpus_pipeline.readiness.fields import Fields, tell_fields, text_lengths
from corpus_pipeline.readiness.findings import amount
from corpus_pipeline.readiness.first_records import (
    Stored,
    first_documents,
    first_objects,
    stored,
)
from corpus_pipeline.readiness.groups import Group, group_files
from corpus_pipeline.sources.formats import TEXT_FACTOR, WITH_FIELDS
from corpus_pipeline.sources.records import ReadOptions
from corpus_pipeline.storage import InputFile
from corpus_pipeline.yaml_files import load_yaml

#: Files of a group into which is looked.
_LOOKED_INTO = 3
#: Languages that are named.
_MOST_LANGUAGES = 8
#: Of the records, how many a language has that is worth keeping.
_LEAST_SHARE = 0.02
#: Files that are passed over and named.
_MOST_NAMED = 5
#: Endings of text that is prose; other files of one text each are program code.
_PROSE = (".txt", ".text", ".md", ".markdown", ".rst", ".adoc", ".org", ".tex", "")
#: Keys of a recipe's inputs that hold for other files, too.
_RULES = ("language", "quality_profile", "skip")
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_WIDTH = 80


class Drafted(NamedTuple):
    """One input, and what was told of it."""

    group: Group
    how: Stored
    fields: Fields | None
    """None for formats whose records have none."""
    lengths: dict[str, float]
    """Mean length of each field that is a string."""
    languages: Counter[str]
    text_bytes: float
    is_code: bool
    empty: int
    """Files without a byte."""


class Draft(NamedTuple):
    """All inputs, and what was passed over."""

    inputs: tuple[Drafted, ...]
    passed_over: tuple[str, ...]

    @property
    def languages(self) -> Counter[str]:
        """Records of each language."""
        return sum((each.languages for each in self.inputs), Counter())

    @property
    def text_bytes(self) -> float:
        """Bytes of text, estimated."""
        return sum(each.text_bytes for each in self.inputs)


def draft_of(arguments: Sequence[str]) -> Draft:
    """Tells what files are.

    Args:
        arguments: files, folders, patterns and URLs.

    Raises:
        InputError: one is not there, or nothing in them can be read.
    """
    inputs, passed_over = [], []
    for group in group_files(arguments):
        try:
            inputs.append(_drafted(group))
        except InputError as error:
            passed_over.append(str(error))
    if not inputs:
        more = f" and {len(passed_over) - 1:,} more" if len(passed_over) > 1 else ""
        raise InputError(f"nothing can be read: {passed_over[0]}{more}; name other files")
    return Draft(tuple(inputs), tuple(passed_over))


def _drafted(group: Group) -> Drafted:
    """Looks into some files of a group.

    Raises:
        InputError: none of them can be read.
    """
    files = [file for file in group.files if file.size]
    if not files:
        raise InputError(f"{group.path}: is empty")
    if group.is_dataset:
        size = sum(file.size for file in files) * TEXT_PER_STORED_BYTE["zst"]
        how = Stored("dataset", None, None)
        return Drafted(group, how, None, {}, Counter(), size, False, 0)
    step = max(1, -(-len(files) // _LOOKED_INTO))
    looked: list[tuple[InputFile, Stored]] = []
    refused: InputError | None = None
    for file in files[::step]:
        try:
            looked.append((file, stored(file)))
        except InputError as error:
            refused = error
    if not looked:
        assert refused is not None
        raise refused
    how = looked[0][1]
    records = [record for file, each in looked for record in first_objects(file, each)]
    fields = tell_fields(records) if how.format in WITH_FIELDS else None
    ratio = TEXT_PER_STORED_BYTE[how.compression] * TEXT_FACTOR.get(how.format, 1)
    suffixes = [PurePosixPath(file.path).suffix.lower() for file, _ in looked]
    return Drafted(
        group,
        how,
        fields,
        text_lengths(records) if fields is not None else {},
        _languages([_texts(file, each, fields) for file, each in looked]),
        sum(file.size for file in files) * ratio,
        how.format == "text" and not any(suffix in _PROSE for suffix in suffixes),
        len(group.files) - len(files),
    )


def _texts(file: InputFile, how: Stored, fields: Fields | None) -> list[str]:
    """Returns the texts of the first records; of pages without their tags."""
    text_field = (None if fields is None else fields.text) or "text"
    try:
        batch = first_documents(
            file, how, ReadOptions(text_field=text_field, id_field="\0", url_field="\0\0")
        )
    except CorpusError:
        return []
    if batch is None:
        return []
    texts = [text for text in batch["text"].to_pylist() if text]
    pages = [raw.decode("utf-8", "replace") for raw in batch["raw"].to_pylist() if raw]
    is_html = fields is not None and fields.is_html
    return [_TAGS.sub(" ", text) for text in (*(texts if is_html else ()), *pages)] + (
        [] if is_html else texts
    )


def _languages(texts: Sequence[Sequence[str]]) -> Counter[str]:
    from corpus_pipeline.filters.language.measures import (
        load_language_identifier,
        measure_language,
    )

    column = pa.array([text for some in texts for text in some], pa.string())
    if not len(column):
        return Counter()
    found = measure_language(column, load_language_identifier())["lang"].to_pylist()
    return Counter(lang for lang in found if lang is not None)


# Writing


def written(draft: Draft, name: str) -> str:
    """Writes a short configuration that runs.

    Args:
        draft: of the inputs.
        name: of the file, for its comments.
    """
    lines = _comment(
        "Configuration of corpus_pipeline. What its comments say of the inputs was told from the "
        f"first records of up to {_LOOKED_INTO} files of each; look it over. Every other key has "
        f"its default: corpus init OTHER.yaml writes them all. Then: corpus check {name}, and "
        f"corpus run {name}"
    )
    lines += ["", *input_lines(draft), "", "output: corpus-out", ""]
    lines += _comment(_whole(draft))
    return "\n".join([*lines, "", PROPOSED.replace(PROPOSED_LANGUAGES, _kept(draft))])


def written_recipe(draft: Draft, text: str) -> str:
    """Writes a recipe with the inputs of a draft instead of its own.

    What the recipe says of its inputs stays, and so do rules that all of them have.

    Args:
        draft: of the inputs.
        text: of the recipe.
    """
    own = load_yaml(text)["inputs"]
    rules = [
        f"{key}: {json.dumps(own[0][key], ensure_ascii=False)}"
        for key in _RULES
        if key in own[0] and all(each.get(key) == own[0][key] for each in own)
    ]
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("inputs:"):
            inside = True
            head, *rest = input_lines(draft, rules)
            lines.append(head)
            continue
        if inside and line.lstrip().startswith("#"):
            lines.append(line)
            continue
        if inside and line and not line[0].isspace() and not line.startswith("-"):
            inside = False
            lines += [*rest, "", line]
        elif not inside:
            lines.append(line)
    return "\n".join(lines) + "\n"


def input_lines(draft: Draft, rules: Sequence[str] = ()) -> list[str]:
    """Writes the section `inputs`.

    Args:
        draft: of the inputs.
        rules: lines that stand under each of them.
    """
    lines = ["inputs:"]
    for each in draft.inputs:
        for remark in _remarks(each):
            lines += _comment(remark, "  ")
        keys = dict(_keys(each))
        lines += [
            f"  {'-' if n == 0 else ' '} {key}: {_scalar(value)}"
            for n, (key, value) in enumerate(keys.items())
        ]
        lines += [f"    {rule}" for rule in rules if rule.partition(":")[0] not in keys]
        if each.is_code:
            lines.append("    skip: [language, perplexity, sentence]")
    for line in draft.passed_over[:_MOST_NAMED]:
        lines += _comment(f"passed over: {line.partition(';')[0]}", "  ")
    if len(draft.passed_over) > _MOST_NAMED:
        lines += _comment(f"and {len(draft.passed_over) - _MOST_NAMED:,} more", "  ")
    return lines


def _keys(each: Drafted) -> Iterator[tuple[str, str]]:
    yield "path", each.group.path
    yield "source", each.group.name
    if each.group.is_dataset:
        yield "format", each.how.format
    fields = each.fields
    if fields is not None:
        names = {
            "text_field": (fields.text, "text"),
            "id_field": (fields.id, "id"),
            "url_field": (fields.url, "url"),
        }
        for key, (field, usual) in names.items():
            if field is not None and field != usual:
                yield key, field
        if fields.is_html:
            yield "format", each.how.format
            yield "markup", "html" if fields.is_page else "fragment"
    if each.is_code:
        yield "quality_profile", "code"


def _remarks(each: Drafted) -> Iterator[str]:
    """Yields what was told, a line for each thing."""
    packed = f", {each.how.compression}" if each.how.compression else ""
    size = sum(file.size for file in each.group.files)
    yield (
        f"{each.group.name}: {counted(len(each.group.files), 'file')} ({each.how.format}{packed}), "
        f"{amount(size)}, about {amount(each.text_bytes)} of text"
        + (f"; {each.empty:,} of them empty" if each.empty else "")
    )
    fields = each.fields
    if fields is not None and fields.text is None:
        yield f"no field of the first {fields.records} records is a text; name one: text_field"
    elif fields is not None and fields.text is not None:
        mean = each.lengths.get(fields.text, 0)
        looked_at = counted(fields.records, "record")
        yield f"text: {fields.text}, {mean:,.0f} characters (mean of {looked_at})"
        for other in fields.other_texts:
            yield (
                f"{other} could be the text as well ({each.lengths[other]:,.0f} characters); the "
                "longest was taken"
            )
        if fields.is_html:
            yield "the texts are HTML (markup)"
        if fields.id is None:
            yield "no field names each document; ids are made of what the documents hold"
        if fields.date is not None:
            yield f"date: {fields.date}; expressions read it as metadata.{fields.date}"
    if each.languages:
        named = ", ".join(
            f"{lang} {count:,}" for lang, count in each.languages.most_common(_MOST_LANGUAGES)
        )
        yield f"languages of {counted(each.languages.total(), 'record')}: {named}"
    if each.is_code:
        yield "program code, to which rules of prose do not apply"


def _whole(draft: Draft) -> str:
    size = draft.text_bytes
    units = max(len(draft.inputs), -(-int(size) // unit_bytes_for(size)))
    return (
        f"About {amount(size)} of text in all: {counted(units, 'unit')} of work, and hashes in "
        f"{partitions_for(size):,} partitions for dedup, by default (plan)."
    )


def _kept(draft: Draft) -> str:
    """Lists the languages that more than some records have."""
    total = draft.languages.total()
    kept = [lang for lang, n in draft.languages.most_common() if n >= _LEAST_SHARE * total]
    return ", ".join(kept) or PROPOSED_LANGUAGES


def _comment(text: str, indent: str = "") -> list[str]:
    mark = f"{indent}# "
    return textwrap.wrap(
        printable(text), _WIDTH, initial_indent=mark, subsequent_indent=mark,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _scalar(value: str) -> str:
    """Writes a text as YAML.

    >>> _scalar("data/a.jsonl"), _scalar("no"), _scalar("a: b"), _scalar("2024"), _scalar("新闻")
    ('data/a.jsonl', 'no', '"a: b"', '"2024"', '新闻')
    """
    plain = re.fullmatch(r"[^\W\d][\w./-]*", value) and value.lower() not in (
        "true",
        "false",
        "null",
    )
    return value if plain else json.dumps(value, ensure_ascii=False)
