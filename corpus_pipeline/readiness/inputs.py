"""Whether the inputs are what the configuration says of them, told by their first records."""

from collections.abc import Sequence

from corpus_pipeline.config.config import Config
from corpus_pipeline.config.input import Input
from corpus_pipeline.errors import CorpusError, InputError
from corpus_pipeline.extensions.readers import is_own
from corpus_pipeline.nearest import nearest_key
from corpus_pipeline.planning.passed_over import counted
from corpus_pipeline.planning.plan import Plan, files_of, read_options
from corpus_pipeline.planning.workload import SourcePlan
from corpus_pipeline.readiness.fields import text_lengths
from corpus_pipeline.readiness.findings import Findings, amount
from corpus_pipeline.readiness.first_records import (
    Stored,
    first_documents,
    first_objects,
    stored,
)
from corpus_pipeline.sources.formats import FETCHING, WITH_FIELDS
from corpus_pipeline.sources.records import ERRORS, remedy_for
from corpus_pipeline.storage import InputFile

#: Files of a source into which is looked, from the first to the last.
_LOOKED_INTO = 3
#: Files that are named for one thing.
_NAMED = 3
_NO_TEXT = ("read-missing-text", "read-null-text", "read-text-not-a-string", "read-nested")


def look_at_inputs(
    config: Config, plan: Plan, sources: Sequence[SourcePlan], findings: Findings
) -> None:
    """Looks at all files of each source, and into some of them.

    Args:
        config: the run.
        plan: of it.
        sources: of the plan.
        findings: where a line for each source is put, and what is wrong.
    """
    by_name = {each.name: each for each in sources}
    for place, source in enumerate(config.inputs):
        files = [file for file in files_of(source, config.output) if file.path in plan.text_bytes]
        planned = by_name.get(source.source)
        text = 0.0 if planned is None else planned.text_bytes
        findings.ok(
            "inputs",
            f"{source.source}: {counted(len(files), 'file')}, "
            f"{amount(sum(file.size for file in files))}, about {amount(text)} of text",
        )
        _odd_files(source, files, findings)
        _first_records(config, source, place, files, findings)


def _odd_files(source: Input, files: Sequence[InputFile], findings: Findings) -> None:
    empty = [file.path for file in files if not file.size]
    if empty:
        listed = _listed(empty, "is empty", "are empty")
        findings.warning("inputs", f"{source.source}: {listed}")
    if is_own(source.format) or source.format == "dataset":
        return
    others = []
    for file in files:
        how = _stored(file, source)
        if how is not None and file.size and how.named != how.compression:
            is_ = how.compression or "not compressed"
            others.append(f"{file.path} (is {is_}, its name says {how.named or 'nothing of it'})")
    if others:
        listed = _listed(others, "is read as it is", "are read as they are")
        findings.warning("inputs", f"{source.source}: {listed}")


def _listed(names: Sequence[str], one: str, many: str) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more} {one if len(names) == 1 else many}"


def _stored(file: InputFile, source: Input) -> Stored | None:
    try:
        return stored(file, source.format)
    except CorpusError:
        return None  # Of a folder; the plan has said what it is.


def _first_records(
    config: Config, source: Input, place: int, files: Sequence[InputFile], findings: Findings
) -> None:
    """Looks into some files for what no record of theirs gives."""
    if is_own(source.format) or source.format in (*FETCHING, "dataset"):
        return
    files = [file for file in files if file.size]
    step = max(1, -(-len(files) // _LOOKED_INTO))
    for file in files[::step]:
        how = _stored(file, source)
        if how is None:
            continue
        try:
            batch = first_documents(file, how, read_options(config, source))
        except CorpusError as error:
            findings.mistake("inputs", error, ("inputs", place, "path"))
            continue
        if batch is None:
            findings.warning("inputs", f"{source.source}: {file.path} holds no record")
            continue
        reasons = [reason for reason in batch["drop_reason"].to_pylist() if reason in ERRORS]
        if not reasons:
            continue
        reason = max(sorted(set(reasons)), key=reasons.count)
        hint = _hint(source, file, how) if reason in _NO_TEXT else ""
        line = (
            f"{source.source}: {len(reasons)} of the first {batch.num_rows} records of {file.path} "
            f"cannot be read, most often for {reason}; "
            f"{hint or remedy_for(reason, source.text_field)}"
        )
        if len(reasons) < batch.num_rows or config.allow_unreadable:
            findings.warning("inputs", line)
        else:
            named = reason in _NO_TEXT and "text_field" in source.model_fields_set
            at = ("inputs", place, "text_field" if named else "path")
            findings.mistake("inputs", InputError(line), at)


def _hint(source: Input, file: InputFile, how: Stored) -> str:
    """Says which field the text may be in, by what the first records have."""
    if how.format not in WITH_FIELDS:
        return ""
    lengths = text_lengths(first_objects(file, how))
    if not lengths:
        return ""
    near = nearest_key(source.text_field, lengths)
    longest = next(iter(lengths))
    meant = (
        f"did you mean {near!r}?"
        if near is not None
        else f"the longest texts are in {longest!r}: write text_field: {longest}"
    )
    return f"there is no text in {source.text_field!r} but in {', '.join(lengths)}; {meant}"
