"""Publication: when every unit is present and the counts add up, the run gets its manifest."""

import dataclasses
import itertools
import json
from collections import Counter
from pathlib import PurePosixPath
from typing import Any

from corpus_pipeline import __version__, storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.errors import EngineError
from corpus_pipeline.package_files import located
from corpus_pipeline.pipelines.dataset_card import CARD_FILE, dataset_card, is_card
from corpus_pipeline.planning.evaluations import Evaluations
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.schema import SCHEMA_VERSION
from corpus_pipeline.stages.sharding import ShardOptions, streams_of_shards
from corpus_pipeline.stages.writing import OF_SOURCES, READ_OF_SOURCES
from corpus_pipeline.tokens.index import INDEX_NAME, TOKENIZER_NAME, ShardEntry, TokenIndex
from corpus_pipeline.tokens.step import Tokenize
from corpus_pipeline.workspace.phase_table import (
    DROPPING,
    LEDGER,
    REMOVING,
    SHARDS,
    merged_by,
    row_of,
)
from corpus_pipeline.workspace.run_file import RUN_FILE, digest_of
from corpus_pipeline.workspace.state import FileEntry, Manifest, Workspace
from corpus_pipeline.workspace.tally import READ_BYTES

#: Counts of a unit that say nothing of the run: what came to a pass, and what did not come to it.
_OF_ONE_PASS = ("documents", "filtered", READ_BYTES)


def publish(
    workspace: Workspace,
    plan: Plan,
    config: Config,
    flow: RunFlow,
    lease: storage.Lease,
    evaluations: Evaluations | None,
    shards: ShardOptions | None,
) -> dict[str, Any]:
    """Writes index.json, tokenizer.json and run.json, and removes the state of all runs.

    Returns:
        The content of run.json.

    Raises:
        EngineError: a unit is missing or documents in and out differ.
        ResumeError: another run has taken the output over.
    """
    units = range(len(plan.units))
    counts: Counter[str] = Counter()
    files: list[FileEntry] = []
    passes = [workspace.manifests(each.name, units) for each in flow.passes]
    for of_a_unit in zip(*passes, strict=True):
        for before, after in itertools.pairwise(of_a_unit):
            _check_unit(before, after)
        for manifest in of_a_unit:
            counts.update({n: c for n, c in manifest.counts.items() if n not in _OF_ONE_PASS})
            files += [entry for entry in manifest.files if not entry.path.startswith(".work")]
        counts["documents"] += of_a_unit[0].counts.get("documents", 0)
    sources = _of_sources(counts)
    _check_removals(workspace, counts)
    ledger = list(workspace.manifests(LEDGER, units))
    files += [entry for manifest in ledger for entry in manifest.files]
    if (rows := sum(manifest.counts["rows"] for manifest in ledger)) != counts["documents"]:
        raise EngineError(
            f"the ledger has {rows} rows for {counts['documents']} documents; run again with "
            "--overwrite, and please report it"
        )
    streams: list[dict[str, Any]] = []
    if shards is not None and flow.tokenize is not None:
        index = _index(workspace, flow.tokenize, shards)
        files += _publish_tokens(workspace, flow.tokenize, index)
        files += [FileEntry(f"tokens/{each.file}", each.documents, each.bytes, each.sha256)
                  for each in index.shards]  # fmt: skip
        streams = index.streams()
        _check_tokens(index, counts)
    notes = {name: workspace.committed(name) for name in workspace.begun()}
    uncompared = sum(workspace.counted(name, "uncompared_pairs") for name in workspace.begun())
    if uncompared:
        counts["uncompared_pairs"] = uncompared
    # Their counts are those of the run, or of no use any more.
    phases = {
        name: {key: value for key, value in note.items() if key != "counts"}
        for name, note in notes.items()
        if note is not None
    }
    run = {
        "corpus_pipeline": __version__,
        "schema_version": SCHEMA_VERSION,
        "config": config.resolved(),
        "counts": dict(sorted(counts.items())),
        "files": [vars(entry) for entry in sorted(files, key=lambda entry: entry.path)],
        "fingerprint": plan.identity,
        "passed_over": dict(plan.passed_over),
        "phases": phases,
        "sources": sources,
        "steps": flow.described(),
        "streams": streams,
    }
    if evaluations is not None:
        run["evaluations"] = [dataclasses.asdict(each) for each in evaluations.files]
    run["digest"] = digest_of(run)
    card = workspace.root / CARD_FILE
    # One that somebody has written stays.
    if not storage.exists(card) or is_card(storage.read_bytes(card)):
        storage.write_bytes(card, dataset_card(run).encode())
    content = json.dumps(run, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    lease.still_ours()
    storage.write_bytes(workspace.root / RUN_FILE, content)
    storage.remove_tree(workspace.state)
    return run


def _check_tokens(index: TokenIndex, counts: Counter[str]) -> None:
    """Compares what is in shards with what was encoded, and kept."""
    dropped = sum(n for name, n in counts.items() if name.startswith("dropped-"))
    for what, found, wanted in (
        ("tokens", index.tokens, counts["tokens"]),
        ("documents", index.documents, counts["documents"] - dropped),
    ):
        if found != wanted:
            raise EngineError(
                f"{found} {what} are in shards, {wanted} were kept; run again with --overwrite, "
                "and please report it"
            )


def _of_sources(counts: Counter[str]) -> dict[str, dict[str, int]]:
    """Takes the counts of sources out of those of the run: source -> name -> number."""
    found: dict[str, dict[str, int]] = {}
    prefixes = tuple(f"{name}/" for name in (*OF_SOURCES, *READ_OF_SOURCES))
    for name in [name for name in counts if name.startswith(prefixes)]:
        what, _, source = name.partition("/")
        found.setdefault(source, {})[what] = counts.pop(name)
    return {source: found[source] for source in sorted(found)}


def _check_unit(before: Manifest, after: Manifest) -> None:
    """Compares what two passes counted in one unit."""
    dropped = sum(n for name, n in before.counts.items() if name.startswith("dropped-"))
    kept, read = before.counts.get("documents", 0) - dropped, after.counts.get("documents", 0)
    if kept != read:
        raise EngineError(
            f"unit {before.item}: {before.phase} kept {kept} documents, {after.phase} read {read}; "
            "this is a defect: please report it"
        )


def _check_removals(workspace: Workspace, counts: Counter[str]) -> None:
    """Compares what the matches found with what came to the units, and was dropped for it."""
    for name in REMOVING:
        if row_of(name).removes == "documents":
            _check_dropped(workspace, name, DROPPING[name], counts)
        else:  # Several rows of a document, which may stay.
            _check_merged(workspace, name)


def _check_dropped(workspace: Workspace, name: str, reason: str, counts: Counter[str]) -> None:
    match = merged_by(name)
    # Rounds of *resolve* replace each other; what was merged is that of the last one.
    found = workspace.found(name if match.in_rounds else match.name)
    if found != counts[f"dropped-{reason}"]:
        raise EngineError(
            f"phase {name} found {found} documents, {counts[f'dropped-{reason}']} were "
            f"dropped as {reason}; run again with --overwrite, and please report it"
        )


def _check_merged(workspace: Workspace, name: str) -> None:
    match = merged_by(name).name
    found, merged = workspace.found(match), workspace.found(name)
    if found != merged:
        raise EngineError(
            f"phase {match} found {found} {row_of(name).removes}, {merged} were brought to their "
            "units; run again with --overwrite, and please report it"
        )


def _index(workspace: Workspace, tokenize: Tokenize, options: ShardOptions) -> TokenIndex:
    """Returns the index of all shards; the plan of shards says what each is of."""
    facts = tokenize.facts()
    streams = streams_of_shards(options)
    shards = []
    for manifest, (split, source) in zip(
        workspace.manifests(SHARDS, range(len(streams))), streams, strict=True
    ):
        entry = next(each for each in manifest.files if each.path.startswith("tokens/"))
        shards.append(
            ShardEntry(
                file=PurePosixPath(entry.path).name, documents=entry.rows,
                tokens=manifest.counts["tokens"], bytes=entry.bytes, sha256=entry.sha256,
                source=source, split=split,
            )
        )  # fmt: skip
    return TokenIndex(
        dtype=str(facts.dtype),
        vocab_size=facts.vocab_size,
        eos_id=facts.eos_id,
        tokenizer_file=TOKENIZER_NAME,
        tokenizer_sha256=tokenize.sha256,
        shards=tuple(shards),
    )


def _publish_tokens(workspace: Workspace, tokenize: Tokenize, index: TokenIndex) -> list[FileEntry]:
    """Writes the index, and the tokenizer beside it."""
    source = storage.place(located(tokenize.path))
    target = workspace.root / "tokens" / index.tokenizer_file
    tokenizer = workspace.entry(target, 0, storage.write_bytes(target, storage.read_bytes(source)))
    if tokenizer.sha256 != tokenize.sha256:
        raise EngineError(f"{source}: changed since the run began; run again with --overwrite")
    path = workspace.root / "tokens" / INDEX_NAME
    return [
        tokenizer,
        workspace.entry(path, 0, storage.write_bytes(path, index.to_json().encode())),
    ]
