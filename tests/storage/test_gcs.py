"""A whole run with inputs and output on an emulator of Google Cloud Storage."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import corpora
import fsspec
import pytest
from runs import Runner
from storage.test_s3_runs import FOLDERS, content, tree

from corpus_pipeline import storage
from corpus_pipeline.pipelines.verify import verify

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning"),
]

OUTPUT = "gs://corpus/run"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty bucket that this process reaches without credentials."""
    emulator = pytest.importorskip(
        "gcp_storage_emulator.server", reason="pip: gcp-storage-emulator"
    )
    core = pytest.importorskip("gcsfs.core", reason="pip install 'corpus-pipeline[gcs]'")
    logging.getLogger("gcp_storage_emulator").setLevel(logging.CRITICAL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = emulator.create_server("127.0.0.1", port, in_memory=True, default_bucket="corpus")
    server.start()
    # The class that is registered asks for buckets with folders, over gRPC, which no emulator has.
    before = fsspec.get_filesystem_class("gs")
    fsspec.register_implementation("gs", core.GCSFileSystem, clobber=True)
    options = {"endpoint_url": f"http://127.0.0.1:{port}", "token": "anon"}
    monkeypatch.setitem(fsspec.config.conf, "gs", options)
    yield
    fsspec.register_implementation("gs", before, clobber=True)
    server.stop()


@pytest.mark.usefixtures("bucket")
def test_an_output_on_gcs_has_the_same_bytes(
    run_here: Runner, inputs: Path, finished: Path
) -> None:
    run_here(content(inputs, OUTPUT))
    assert tree(OUTPUT, *FOLDERS) == corpora.tree(finished, *FOLDERS)
    assert verify(storage.place(OUTPUT)) == verify(finished)
