"""A whole run with inputs and output on an emulator of Google Cloud Storage."""

from collections.abc import Iterator
from pathlib import Path

import corpora
import pytest
from engines.dataflow.service import BUCKET, fsspec_reaches, running_bucket
from runs import Runner
from storage.test_s3_runs import content, tree

from corpus_pipeline import storage
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.workspace.run_file import FOLDERS

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning"),
]

OUTPUT = f"gs://{BUCKET}/run"


@pytest.fixture
def bucket() -> Iterator[None]:
    """An empty bucket that this process reaches without credentials."""
    with running_bucket() as address, fsspec_reaches(address):
        yield


@pytest.mark.usefixtures("bucket")
def test_an_output_on_gcs_has_the_same_bytes(
    run_here: Runner, inputs: Path, finished: Path
) -> None:
    run_here(content(inputs, OUTPUT))
    assert tree(OUTPUT, *FOLDERS) == corpora.tree(finished, *FOLDERS)
    assert verify(storage.place(OUTPUT)) == verify(finished)
