"""An epoch of tokens from S3, whose server breaks off in the middle."""

from pathlib import Path

import pytest
from storage import conftest as s3
from storage.faulty_proxy import Fault, FaultyProxy
from token_folders import Lengths, write_folder

from corpus_pipeline import storage
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_tokens

pytestmark = pytest.mark.cluster

server = s3.server
proxy = s3.proxy
URL = f"s3://{s3.BUCKET}/run/tokens"
SHARDS = [Lengths([300, 0, 7]), Lengths([400, 1, 3]), Lengths([200, 20])]


@pytest.mark.parametrize("shuffle", ["global", "blocks"])
def test_a_cut_connection_in_mid_epoch(
    proxy: FaultyProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shuffle: str
) -> None:
    monkeypatch.setattr(storage.retries, "WAITS", (0.01, 0.01, 0.01, 0.01))
    local = open_tokens(write_folder(tmp_path / "tokens", SHARDS))
    for path in (tmp_path / "tokens").iterdir():
        storage.write_bytes(storage.place(f"{URL}/{path.name}"), path.read_bytes())
    options = SequenceOptions(16, 4, seed=1, shuffle=shuffle)  # type: ignore[arg-type]
    expected = [batch.tokens.tolist() for batch in SequenceLoader(local, options)]
    faults = [
        proxy.inject(Fault("GET", "1.arrow", times=2, cut=500)),
        proxy.inject(Fault("GET", "2.arrow", times=2, status=503)),
    ]
    data = open_tokens(URL, tmp_path / "cache")
    found = [batch.tokens.tolist() for batch in SequenceLoader(data, options)]
    assert found == expected
    assert [fault.met for fault in faults] == [2, 2]
    again = open_tokens(URL, tmp_path / "cache")
    before = proxy.count("GET", ".arrow")
    assert again.read(0, again.tokens).tolist() == local.read(0, local.tokens).tolist()
    assert proxy.count("GET", ".arrow") == before, "what is in the cache is not fetched"
