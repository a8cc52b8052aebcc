"""Columns of dataset folders: those of one's own go on, places of earlier tokens do not."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow


def test_columns_of_ones_own_go_on(tmp_path: Path) -> None:
    (tmp_path / "old" / "documents").mkdir(parents=True)
    columns = {"text": ["文"], "stars": [5], "token_shard": [1], "token_offset": [7]}
    pq.write_table(pa.table(columns), tmp_path / "old" / "documents" / "part-0.parquet")
    source = {"path": str(tmp_path / "old"), "source": "old", "format": "dataset"}
    config = build_config({"inputs": [source], "output": str(tmp_path / "out")}, "c.yaml")
    flow = run_flow(config)
    assert flow.own_columns.names == ["stars"]
    assert flow.ledger.names[-2:] == ["token_shard", "token_offset"]
    assert len(set(flow.ledger.names)) == len(flow.ledger.names)
