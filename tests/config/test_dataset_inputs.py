"""Dataset folders that somebody has worked on between two runs."""

from pathlib import Path

import corpora
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from runs import Runner

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.dataset_inputs import dataset_notes
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import ConfigError


@pytest.fixture
def edited(inputs: Path, tmp_path: Path, run_here: Runner) -> Path:
    """A dataset to whose files a column was added by hand."""
    raw = tmp_path / "raw"
    whole = corpora.settings(inputs, raw)
    run_here({"inputs": whole["inputs"], "output": str(raw), "steps": ["extract"]})
    for path in (raw / "documents").glob("*.parquet"):
        table = pq.read_table(path)
        stars = pa.array(range(table.num_rows), pa.int64())
        pq.write_table(table.append_column("stars", stars), path)
    return raw


def test_columns_of_ones_own_live_on(edited: Path, tmp_path: Path, run_here: Runner) -> None:
    content = {
        "inputs": [{"path": str(edited), "source": "raw", "format": "dataset"}],
        "output": str(tmp_path / "out"),
        "steps": [{"quality": {"profile": "gopher"}, "when": "stars >= 2"}, "dedup"],
    }
    run_here(content)
    rows = corpora.rows(tmp_path / "out" / "ledger")
    assert any(row["stars"] >= 2 for row in rows)
    for row in rows:
        assert (row["words"] is not None) == (row["stars"] >= 2)


def test_it_is_said_that_files_were_changed(edited: Path, tmp_path: Path) -> None:
    content = {
        "inputs": [{"path": str(edited), "source": "raw", "format": "dataset"}],
        "output": str(tmp_path / "out"),
    }
    (line,) = dataset_notes(build_config(content, "test"))
    assert line.startswith(f"warning: {edited}: ")
    assert "files are not as the run has written them (documents/part-00000-of-" in line


def test_a_column_that_is_nowhere(edited: Path, tmp_path: Path) -> None:
    content = {
        "inputs": [{"path": str(edited), "source": "raw", "format": "dataset"}],
        "output": str(tmp_path / "out"),
        "steps": [{"quality": {}, "when": "star >= 2"}],
    }
    with pytest.raises(ConfigError, match="no column star; did you mean stars"):
        run_flow(build_config(content, "test"))
