"""An S3 server on this machine, with a proxy before it that fails as told."""

import logging
from collections.abc import Iterator

import fsspec
import pytest
from storage.faulty_proxy import FaultyProxy

from corpus_pipeline import storage

BUCKET = "corpus"


@pytest.fixture(scope="session")
def server() -> Iterator[int]:
    """The port of an empty S3 server."""
    moto = pytest.importorskip("moto.server", reason="needs pip install 'corpus-pipeline[s3]' moto")
    pytest.importorskip("s3fs", reason="needs pip install 'corpus-pipeline[s3]'")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    _, port = running.get_host_and_port()
    yield port
    running.stop()


@pytest.fixture
def proxy(server: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyProxy]:
    """A proxy before a fresh bucket; this process and its children reach S3 through it."""
    made = FaultyProxy(server)
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "not-a-secret"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL_S3", made.url),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(fsspec.config.conf, "s3", {"endpoint_url": made.url})
    file_system, _ = storage.places.file_system_of(f"s3://{BUCKET}")
    file_system.mkdir(BUCKET)
    made.clear()
    yield made
    made.clear()
    if file_system.exists(BUCKET):
        file_system.rm(BUCKET, recursive=True)
    file_system.clear_instance_cache()
    made.close()
