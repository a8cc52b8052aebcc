"""What differs between two finished runs: configuration, inputs, counts, and fates of documents.

A document of one run is found in the other by what names it in both:

    place     source, input file and record: both runs have read the same files
    id        source and the input's own id: the files have moved or were packed otherwise
    content   hash of the text that was measured, or the place of what has none: ids are missing,
              or mean something else

Rows that share a name are paired in the order of the ledger. Ledgers are joined in passes over
their columns: each pass takes the names whose hash falls to it, so that memory does not grow with
the runs.
"""

import dataclasses
import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.inspection.summary import steps_of
from corpus_pipeline.inspection.trace import ledger_parts, row_at
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.run_file import read_run

By = Literal["place", "id", "content"]

#: Columns whose values name a document; nulls are values as any other.
_NAMES: Mapping[By, tuple[str, ...]] = {
    "place": ("source", "file", "record"),
    "id": ("source", "id"),
    "content": ("content_hash", "source", "file", "record"),
}
#: Fates besides reasons.
KEPT, ABSENT = "(kept)", "(not in this run)"
#: Rows of both ledgers that are joined in one pass; about 50 bytes each.
_ROWS_OF_A_PASS = 4_000_000


class Changed(NamedTuple):
    """A value that differs."""

    name: str
    left: Any
    """None: it is not there."""
    right: Any


class Moved(NamedTuple):
    """Documents whose fate is another one."""

    before: str
    """In the first run: a reason, `KEPT` or `ABSENT`."""
    after: str
    documents: int
    examples: tuple[Mapping[str, Any], ...]
    """id, source, and the addresses `left` and `right`; the same ones every time."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What differs between two runs."""

    by: By
    same_bytes: bool
    """Every file of the one has the bytes that it has in the other."""
    files: tuple[Changed, ...]
    """Files of the output whose digests differ."""
    config: tuple[Changed, ...]
    """Keys of the configuration, dotted."""
    versions: tuple[Changed, ...]
    """Of the package, of Python, libraries, models and lists."""
    inputs: tuple[Changed, ...]
    """Input files, by what they hold."""
    counts: tuple[Changed, ...]
    """Counts of run.json."""
    steps: tuple[Changed, ...]
    """Documents that each step has dropped."""
    fates: tuple[Moved, ...]
    """The most documents first; empty where all bytes are the same."""
    same_fate: int
    """Documents of both runs with one fate."""
    other_text: int
    """Those of them whose measured text is another one."""
    other_tokens: int
    """Those of them that have another number of tokens."""


def compare_runs(
    left: Place, right: Place, number: int, by: By | None = None, rows: int = _ROWS_OF_A_PASS
) -> Comparison:
    """Compares two finished runs.

    Args:
        left: the first one.
        right: the second one.
        number: examples of each change of fate.
        by: what names a document in both; None: its place where the runs share an input file,
            else its id.
        rows: of both ledgers, joined in one pass.

    Raises:
        VerifyError: one of them is no finished run.
    """
    runs = read_run(left), read_run(right)
    one, other = ({each["path"]: each for each in run["fingerprint"]["inputs"]} for run in runs)
    if by is None:
        by = "place" if one.keys() & other.keys() else "id"
    files = _changed(*({each["path"]: each["sha256"] for each in run["files"]} for run in runs))
    joined = _Joined(number)
    if files:
        total = sum(run["counts"].get("documents", 0) for run in runs)
        passes = max(1, -(-total // rows))
        for number_of_pass in range(passes):
            sides = (joined.read(each, by, number_of_pass, passes) for each in (left, right))
            joined.add(*sides)
    return Comparison(
        by=by,
        same_bytes=not files,
        files=files,
        config=_changed(*(dict(_flat(run["config"])) for run in runs)),
        versions=_changed(*map(_versions, runs)),
        inputs=_changed(
            *({name: f"{each['size']} bytes, {each['content']}" for name, each in its.items()}
              for its in (one, other))
        ),
        counts=_changed(*(run["counts"] for run in runs)),
        steps=_changed(*map(_dropped, runs)),
        fates=tuple(joined.moved(left, right)),
        same_fate=joined.same,
        other_text=joined.other_text,
        other_tokens=joined.other_tokens,
    )  # fmt: skip


def _changed(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Changed, ...]:
    """Lists what differs, in the order of names.

    >>> _changed({"a": 1, "b": 2}, {"b": 3, "c": 4})
    (Changed(name='a', left=1, right=None), Changed(name='b', left=2, right=3), \
Changed(name='c', left=None, right=4))
    """
    names = sorted(left.keys() | right.keys())
    both = ((name, left.get(name), right.get(name)) for name in names)
    return tuple(Changed(*each) for each in both if each[1] != each[2])


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yields the values of a configuration with dotted keys; inputs are named by their source.

    >>> dict(_flat({"a": {"b": [1, 2]}, "inputs": [{"path": "x", "source": "web"}]}))
    {'a.b': [1, 2], 'inputs.web.path': 'x', 'inputs.web.source': 'web'}
    """
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        value = dict(_numbered(value))
    if isinstance(value, dict) and (value or not name):
        for key, each in value.items():
            yield from _flat(each, f"{name}.{key}" if name else key)
    else:
        yield name, value


def _numbered(values: list[Any]) -> Iterator[tuple[str, Any]]:
    """Names the members of a list by their source, or by their number."""
    seen: Counter[str] = Counter()
    for number, each in enumerate(values):
        source = each.get("source") if isinstance(each, dict) else None
        name = str(number if source is None else source)
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} {seen[name]}", each


def _versions(run: Mapping[str, Any]) -> dict[str, Any]:
    fingerprint = run["fingerprint"]
    package = fingerprint.get("package", {})
    return {
        "corpus_pipeline": package.get("version"),
        "code of corpus_pipeline": package.get("sources"),
        "schema": fingerprint.get("schema_version"),
        "python": fingerprint.get("python"),
        **fingerprint.get("libraries", {}),
        **fingerprint.get("resources", {}),
    }


def _dropped(run: Mapping[str, Any]) -> dict[str, int]:
    """Counts the documents that each step has dropped."""
    counts = run["counts"]
    return {
        step["name"]: sum(counts.get(f"dropped-{reason}", 0) for reason in step["reasons"])
        for step in steps_of(run)
    }


class _Rows(NamedTuple):
    """Rows of a ledger whose names fall to one pass."""

    keys: NDArray[np.uint64]
    """uint64[N, 3]: two hashes of the name, and how many rows before have the same one."""
    addresses: NDArray[np.int64]
    """int64[N, 2]: unit and row."""
    fates: NDArray[np.int64]
    """int64[N], see `_Joined.fates`."""
    contents: NDArray[np.uint64]
    """uint64[N], of the text that was measured; 0 where there is none."""
    tokens: NDArray[np.int64]
    """int64[N]."""


class _Joined:
    """Adds up pairs of rows of two ledgers."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.same = self.other_text = self.other_tokens = 0
        self.fates = [KEPT, ABSENT]
        self.counts: Counter[tuple[int, int]] = Counter()
        self.best: dict[tuple[int, int], list[tuple[int, ...]]] = {}

    def read(self, output: Place, by: By, number: int, passes: int) -> _Rows:
        """Reads the rows of a pass, part by part."""
        names = _NAMES[by]
        wanted = dict.fromkeys((*names, "content_hash", "unit", "row", "drop_reason", "tokens"))
        found = []
        for part in ledger_parts(output):
            ledger = storage.read_parquet(part, columns=list(wanted)).combine_chunks()
            keys = _hashes(ledger.select(list(names)))
            mine = keys[:, 0] % np.uint64(passes) == number
            ledger = ledger.filter(pa.array(mine)).combine_chunks()
            tokens = pc.fill_null(ledger["tokens"], 0) if "tokens" in ledger.column_names else None
            found.append(
                _Rows(
                    keys[mine],
                    np.column_stack([_integers(ledger[name]) for name in ("unit", "row")]),
                    self._codes(ledger["drop_reason"]),
                    _binary(ledger["content_hash"])[:, 0],
                    np.zeros(len(ledger), np.int64) if tokens is None else _integers(tokens),
                )
            )
        keys, addresses, *others = (np.concatenate(each) for each in zip(*found, strict=True))
        order = np.lexsort((addresses[:, 1], addresses[:, 0], keys[:, 1], keys[:, 0]))
        keys = keys[order]
        new = np.append(True, (keys[1:] != keys[:-1]).any(axis=1))[: len(keys)]
        numbers = np.arange(len(keys))
        before = numbers - np.maximum.accumulate(np.where(new, numbers, 0))
        keys = np.column_stack([keys, before.astype(np.uint64)])
        return _Rows(keys, addresses[order], *(each[order] for each in others))

    def _codes(self, reasons: pa.ChunkedArray) -> NDArray[np.int64]:
        """Numbers the fates of rows, by their places in `fates`."""
        encoded = pc.fill_null(reasons.cast(pa.string()), KEPT).combine_chunks()
        encoded = encoded.dictionary_encode()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        known = encoded.dictionary.to_pylist()
        self.fates += [each for each in known if each not in self.fates]
        places = np.array([self.fates.index(each) for each in known], np.int64)
        return places[np.asarray(encoded.indices)] if known else np.zeros(0, np.int64)

    def add(self, left: _Rows, right: _Rows) -> None:
        """Pairs the rows of one pass."""
        keys = np.concatenate([left.keys, right.keys])
        side = np.repeat([0, 1], [len(left.keys), len(right.keys)])
        place = np.append(np.arange(len(left.keys)), np.arange(len(right.keys)))
        order = np.lexsort((side, keys[:, 2], keys[:, 1], keys[:, 0]))
        keys, side, place = keys[order], side[order], place[order]
        # A name with its number is in each run once at most, in the first one before the other.
        joins = np.append((keys[1:] == keys[:-1]).all(axis=1), False)[: len(keys)]
        follows = np.append(False, joins[:-1])[: len(keys)]
        first = np.flatnonzero(~follows)
        one = np.where(side[first] == 0, place[first], -1)
        after = np.minimum(first + 1, max(0, len(place) - 1))
        other = np.where(joins[first], place[after], np.where(side[first] == 1, place[first], -1))
        fates = np.column_stack([_taken(left.fates, one), _taken(right.fates, other)])
        same = fates[:, 0] == fates[:, 1]
        self.same += int(same.sum())
        for name in ("contents", "tokens"):
            values = (getattr(left, name)[one[same]], getattr(right, name)[other[same]])
            differ = int((values[0] != values[1]).sum())
            if name == "contents":
                self.other_text += differ
            else:
                self.other_tokens += differ
        self._count(keys[first[~same], 0], fates[~same], left, one[~same], right, other[~same])

    def _count(
        self,
        ranks: NDArray[np.uint64],
        fates: NDArray[np.int64],
        left: _Rows,
        one: NDArray[np.int64],
        right: _Rows,
        other: NDArray[np.int64],
    ) -> None:
        """Counts changes of fate, and keeps those with the least hashes as examples."""
        order = np.lexsort((ranks, fates[:, 1], fates[:, 0]))
        fates, ranks, one, other = fates[order], ranks[order], one[order], other[order]
        pairs, starts, counts = np.unique(fates, axis=0, return_index=True, return_counts=True)
        for pair, start, count in zip(
            pairs.tolist(), starts.tolist(), counts.tolist(), strict=True
        ):
            key = pair[0], pair[1]
            self.counts[key] += count
            some = range(start, start + min(count, self.number))
            best = [
                (int(ranks[k]), *_address(left, one[k]), *_address(right, other[k])) for k in some
            ]
            self.best[key] = heapq.nsmallest(self.number, [*self.best.get(key, ()), *best])

    def moved(self, left: Place, right: Place) -> Iterator[Moved]:
        """Yields the changes, that of most documents first."""
        named = {
            (self.fates[key[0]], self.fates[key[1]]): (count, self.best[key])
            for key, count in self.counts.items()
        }
        for (before, after), (count, best) in sorted(
            named.items(), key=lambda item: (-item[1][0], item[0])
        ):
            examples = (_example(left, right, each[1:3], each[3:]) for each in best)
            yield Moved(before, after, count, tuple(examples))


def _hashes(names: pa.Table) -> NDArray[np.uint64]:
    """uint64[N, 2]: hashes of names; equal rows have equal ones, and others as good as never."""
    from corpus_pipeline.text.hashing import content_hashes

    contents = None
    if names.column_names[0] == "content_hash":
        contents, names = names["content_hash"], names.remove_column(0)
    columns = [pc.fill_null(column.cast(pa.string()), "\0") for column in names.columns]
    hashes = _binary(content_hashes(pc.binary_join_element_wise(*columns, "\x1f")))
    if contents is None:
        return hashes
    there = contents.is_valid().to_numpy()
    return np.where(there[:, None], _binary(contents), hashes)


def _binary(column: pa.Array | pa.ChunkedArray) -> NDArray[np.uint64]:
    """Returns values of 16 bytes as uint64[N, 2]; 0 for null."""
    column = pc.fill_null(column, b"\0" * 16)
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    data = array.buffers()[1] if len(array) else None
    if data is None:
        return np.zeros((0, 2), np.uint64)
    values = np.frombuffer(data, "<u8").reshape(-1, 2)[array.offset : array.offset + len(array)]
    return values.astype(np.uint64)


def _integers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    values: NDArray[np.int64] = column.to_numpy().astype(np.int64)
    return values


def _taken(fates: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the fates at some places; that of place -1 is `ABSENT`, the second of all."""
    return np.where(places < 0, 1, np.append(fates, 1)[places])


def _address(rows: _Rows, place: int) -> tuple[int, int]:
    if place < 0:
        return -1, -1
    unit, row = rows.addresses[place].tolist()
    return unit, row


def _example(
    left: Place, right: Place, one: tuple[int, ...], other: tuple[int, ...]
) -> Mapping[str, Any]:
    names = [None if each[0] < 0 else f"{each[0]}:{each[1]}" for each in (one, other)]
    output, address = (left, names[0]) if names[0] is not None else (right, names[1])
    row = row_at(output, str(address))
    return {"id": row["id"], "source": row["source"], "left": names[0], "right": names[1]}
