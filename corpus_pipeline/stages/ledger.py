"""*ledger*: one row for each input record of a unit, with the place of its tokens.

documents/  rejected/ of every pass  places ──► ledger/
"""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.address import rows_of
from corpus_pipeline.errors import EngineError
from corpus_pipeline.stages.sharding import PLACES
from corpus_pipeline.stages.writing import ParquetPart, rejected_path
from corpus_pipeline.transforms import StageCounters, Tally, Transform
from corpus_pipeline.workspace.phase_table import LAST_PASS, LEDGER, SHARDS, merge_of
from corpus_pipeline.workspace.state import Manifest, Workspace

#: Rows that are handed to the writer at once.
_ROWS_TOGETHER = 1 << 16


@dataclasses.dataclass(frozen=True)
class LedgerOptions:
    """Where the parts of the ledger come from."""

    workspace: Workspace
    passes: tuple[str, ...]
    """Names of all passes, in their order."""
    schema: pa.Schema
    """Of the ledger."""
    tokens: bool
    """Documents that stay have tokens in shards."""


class WriteLedger(Transform):
    """Writes the ledger of one unit and its manifest; emits the unit's number."""

    output = int

    def __init__(self, options: LedgerOptions) -> None:
        self.options = options

    def setup(self, tally: Tally) -> None:
        """Makes the counters of writing."""
        self._counters = StageCounters("write", tally)

    def process(self, unit: int) -> Iterator[int]:
        """Joins what stayed and what was rejected, in row order."""
        with self._counters.clock():
            options, workspace = self.options, self.options.workspace
            kept = self._with_places(unit, self._read("documents", LAST_PASS, unit))
            rejected = [self._read("rejected", name, unit) for name in options.passes]
            rows = pa.concat_tables([kept, *rejected], promote_options="default")
            path = workspace.part("ledger", unit, "parquet")
            with storage.writing(path) as file:
                part = ParquetPart(file, options.schema)
                for batch in rows.sort_by("row").to_batches(max_chunksize=_ROWS_TOGETHER):
                    part.write(batch)
                workspace.refuse_thrown_away()
                entry = part.commit(workspace)
            counts = {"rows": rows.num_rows}
            workspace.put_manifest(Manifest(LEDGER, unit, (entry,), counts))
        self._counters.finished()
        yield unit

    def _read(self, folder: str, name: str, unit: int) -> pa.Table:
        """Reads the columns of the ledger of the documents that a pass has kept, or rejected."""
        workspace = self.options.workspace
        path = (
            workspace.part("documents", unit, "parquet")
            if folder == "documents"
            else rejected_path(workspace, name, unit)
        )
        workspace.refuse_changed(name, unit, path)
        names = [n for n in self.options.schema.names if n not in PLACES.names]
        return storage.read_parquet(path, columns=names)

    def _with_places(self, unit: int, kept: pa.Table) -> pa.Table:
        """Adds where the tokens of each document are.

        Raises:
            EngineError: documents and places do not belong together.
        """
        if not self.options.tokens:
            return kept
        workspace = self.options.workspace
        places = workspace.read_unit(workspace.phase(merge_of(SHARDS)) / "places", unit)
        places = PLACES.empty_table() if places is None else places
        rows = rows_of(places["address"].to_numpy())
        if not np.array_equal(rows, np.sort(kept["row"].to_numpy())):
            raise EngineError(
                f"unit {unit}: {len(kept)} documents stay, {len(rows)} are in shards, or others; "
                "run again with --overwrite, and please report it"
            )
        kept = kept.sort_by("row")
        for name in ("token_shard", "token_offset"):
            kept = kept.append_column(name, places[name])
        return kept
