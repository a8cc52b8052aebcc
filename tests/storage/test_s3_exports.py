"""Exports to S3: the same bytes as on the local disk, through faults and stops."""

import json
from pathlib import Path
from unittest import mock

import pytest
from storage.faulty_proxy import Fault, FaultyProxy
from token_folders import Lengths, write_folder

from corpus_pipeline import storage
from corpus_pipeline.errors import ResumeError, VerifyError
from corpus_pipeline.exports import Request, export
from corpus_pipeline.exports.verify import verify_export

pytestmark = pytest.mark.cluster

TARGET = "s3://corpus/exports/olmo"


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    shards = [Lengths([5, 3, 40]), Lengths([7, 2], "书"), Lengths([4], "web", "validation")]
    write_folder(tmp_path / "tokens", shards)
    options = {"file_tokens": 8}
    return Request(str(tmp_path), TARGET, "olmo", root="/data", options=options)


def local(request: Request) -> dict[str, bytes]:
    """Exports the same to this machine."""
    folder = Path(request.output) / "out"
    export(Request(request.output, str(folder), "olmo", root="/data", options=request.options))
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def remote() -> dict[str, bytes]:
    """Reads what is there."""
    listed = [entry["path"] for entry in json.loads(content("export.json"))["files"]]
    return {path: content(path) for path in ["export.json", *listed]}


def content(path: str) -> bytes:
    return storage.read_bytes(storage.place(f"{TARGET}/{path}"))


def test_the_same_bytes(proxy: FaultyProxy, request_: Request) -> None:
    proxy.inject(Fault("PUT", ".npy", times=2, status=503))
    proxy.inject(Fault("PUT", ".csv", lost=True))
    made = export(request_)
    assert remote() == local(request_)
    assert sorted(storage.names(storage.place(TARGET))) == ["export.json", "train", "validation"]
    assert export(request_) == made
    assert verify_export(storage.place(TARGET))["documents"] == 6


def test_it_goes_on_behind_the_parts_that_are_there(proxy: FaultyProxy, request_: Request) -> None:
    with (
        mock.patch("corpus_pipeline.exports.olmo.Olmo.finish", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        export(request_)
    assert not storage.exists(storage.place(f"{TARGET}/export.json"))
    proxy.requests.clear()
    export(request_)
    assert not proxy.count("PUT", ".npy")
    assert remote() == local(request_)


def test_another_export_is_refused_and_damage_is_found(
    proxy: FaultyProxy, request_: Request
) -> None:
    export(request_)
    other = Request(request_.output, TARGET, "olmo", root="/data", options={"file_tokens": 9})
    with pytest.raises(ResumeError, match="of other options"):
        export(other)
    export(other, overwrite=True)
    array = storage.place(f"{TARGET}/train/web/part-00000.npy")
    storage.write_bytes(array, b"\0" * storage.size(array))
    with pytest.raises(VerifyError, match=r"part-00000\.npy has"):
        verify_export(storage.place(TARGET))
