"""The golden corpus with 64 bits turned over, read and extracted."""

import contextlib
from pathlib import Path

import damage
import pytest

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.pieces import detect_format
from corpus_pipeline.sources.reading import ReadOptions

FILES = sorted(
    path
    for path in (Path(__file__).parent.parent / "golden" / "input" / "documents").rglob("*")
    if path.is_file()
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("seed", range(8))
def test_flipped(path: Path, seed: int) -> None:
    data = path.read_bytes()
    format_, compression = detect_format(path.name, data[:8192])
    batches = None
    with contextlib.suppress(InputError):
        batches = damage.read(damage.flipped(data, seed, 64), format_, compression, ReadOptions())
    if batches is None:
        assert format_ == "parquet"  # The name or the type of its column was hit.
        return
    assert sum(batch.num_rows for batch in batches)
    damage.extract(batches)
