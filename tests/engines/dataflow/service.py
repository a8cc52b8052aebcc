"""Stands in for the Dataflow service and for a bucket, on this machine; keeps what it is sent."""

import contextlib
import dataclasses
import json
import logging
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

import fsspec
import pytest

BUCKET = "bucket"
IMAGE = "europe-west4-docker.pkg.dev/my-project/images/corpus:0.1.0"
_JOBS = re.compile(
    r"/v1b3/projects/(?P<project>[^/]+)/locations/(?P<region>[^/]+)/jobs"
    r"(?:/(?P<job>[^/?]+))?(?:/(?P<what>messages|metrics))?(?:\?.*)?"
)


@dataclasses.dataclass
class Service:
    """What the stub answers, and what it was asked."""

    url: str = ""
    state: str = "JOB_STATE_DONE"
    """Of every job, as soon as it is asked for."""
    messages: list[str] = dataclasses.field(default_factory=list)
    """Errors that jobs tell."""
    refusal: int | None = None
    """HTTP status that answers the creation of a job, and all that is no job."""
    active: str | None = None
    """Request id of a job of the same name that is still active."""
    jobs: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    sizes: list[int] = dataclasses.field(default_factory=list)
    """Bytes of each creation request."""
    places: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    """Project and region that each job was sent to."""
    wanted_states: list[int] = dataclasses.field(default_factory=list)
    """States that jobs were asked to take."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Returns status and content of the response to a request."""
        match = _JOBS.fullmatch(path)
        if match is None:
            status = self.refusal or 404
            return status, {"error": {"code": status, "message": f"unknown: {method} {path}"}}
        if method == "POST":
            if self.refusal is not None:
                message = "Dataflow API has not been used in this project"
                return self.refusal, {"error": {"code": self.refusal, "message": message}}
            job = json.loads(body)
            self.jobs.append(job)
            self.sizes.append(len(body))
            self.places.append((match["project"], match["region"]))
            request = self.active or job["clientRequestId"]
            return 200, {"id": "job-1", "name": job["name"], "clientRequestId": request,
                         "currentState": "JOB_STATE_PENDING"}  # fmt: skip
        if match["what"] == "messages":
            return 200, {
                "jobMessages": [
                    {"id": str(number), "time": "2024-01-01T00:00:00Z", "messageText": text,
                     "messageImportance": "JOB_MESSAGE_ERROR"}
                    for number, text in enumerate(self.messages)
                ]
            }  # fmt: skip
        if match["what"] == "metrics":
            return 200, {"metrics": []}
        if method == "PUT":
            self.wanted_states.append(json.loads(body)["requestedState"])
        return 200, {"id": "job-1", "name": "job", "currentState": self.state}


@contextlib.contextmanager
def running_service(service: Service | None = None) -> Iterator[Service]:
    """Runs a stub for a block."""
    stub = service or Service()

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = stub.answer(self.command, self.path, body)
            encoded = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        do_GET = do_POST = do_PUT = _respond

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    # Beam takes plain HTTP for an endpoint that is called localhost, and for no other.
    stub.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def running_bucket() -> Iterator[str]:
    """Runs an emulator of Cloud Storage with one bucket for a block; gives its address."""
    emulator = pytest.importorskip(
        "gcp_storage_emulator.server", reason="needs pip install gcp-storage-emulator"
    )
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    logging.getLogger("gcp_storage_emulator").setLevel(logging.CRITICAL)
    server = emulator.create_server("localhost", port, in_memory=True, default_bucket=BUCKET)
    server.start()
    try:
        yield f"http://localhost:{port}"
    finally:
        server.stop()


@contextlib.contextmanager
def fsspec_reaches(address: str) -> Iterator[None]:
    """Lets this package read and write such a bucket for a block."""
    core = pytest.importorskip("gcsfs.core", reason="needs pip install 'corpus-pipeline[gcs]'")
    # The class that is registered asks for buckets with folders, over gRPC, which no emulator has.
    before = fsspec.get_filesystem_class("gs")
    fsspec.register_implementation("gs", core.GCSFileSystem, clobber=True)
    options = {"gs": {"endpoint_url": address, "token": "anon"}}
    try:
        with mock.patch.dict(fsspec.config.conf, options):
            yield
    finally:
        fsspec.register_implementation("gs", before, clobber=True)


def options(service: Service, **more: str) -> dict[str, str]:
    """Options of a job for the stub."""
    return {
        "project": "my-project",
        "region": "europe-west4",
        "temp_location": f"gs://{BUCKET}/tmp",
        "staging_location": f"gs://{BUCKET}/staging",
        "sdk_container_image": IMAGE,
        "dataflow_endpoint": service.url,
        "no_auth": "",
        **more,
    }
