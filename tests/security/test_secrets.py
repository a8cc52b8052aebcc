"""Keys and passwords reach the storage and nobody else.

An address that holds one is refused before anything is written, and `storage.public_path` is how
the refusal names it. Credentials belong into the environment or into `storage_options`, which is
part of no manifest, no fingerprint and no message.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from runs import small
from security.hostile import corpus

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError, CorpusError
from corpus_pipeline.storage import places

SECRET = "wJalrXUtnFEMI"

OPEN = [
    # Without a scheme it is a path, whatever it has.
    "data/*.jsonl.zst",
    "/data/a@b:c?d=e#f",
    "C:\\data\\a@b",
    "file:///data/a.jsonl",
    "s3://bucket/a/*.jsonl",
    "s3://bucket/a?.jsonl",
    "s3://bucket/a@b/c",
    "s3://bucket/a#b",
    "hdfs://node:8020/a@b",
    "http://[::1]:9000/a@b",
    "https://example.org:8443/a@b",
    "https://example.org/a?page=2",
    "https://example.org/a#part",
    # In Azure's addresses the container stands where others have the user.
    "abfs://box@account.dfs.core.windows.net/a",
    "simplecache::s3://bucket/key",
]


@pytest.mark.parametrize("address", OPEN)
def test_an_address_without_secrets_is_taken_as_it_is(address: str) -> None:
    assert storage.public_path(address) == address
    places.refuse_secrets(address)


CLOSED = [
    # User and password; keys of S3 may have slashes.
    f"s3://AKIA:{SECRET}@bucket/key",
    f"s3://AKIA:abc/{SECRET}@bucket/key",
    f"s3://AKIA:{SECRET}/abc@bucket/key/a@b",
    f"https://user:{SECRET}@example.org:8443/a",
    f"https://user:{SECRET}@more@example.org/a",
    f"https://user:a?{SECRET}@example.org/a",
    f"https://user:a#{SECRET}@example.org/a",
    f"https://{SECRET}@example.org/a",
    f"https://user:{SECRET}@[::1]:80/a",
    f"HTTPS://user:{SECRET}@example.org/a",
    f"ftp://user:{SECRET}@example.org",
    # Signed addresses, tokens.
    f"https://example.org/a?X-Amz-Signature={SECRET}&X-Amz-Expires=60",
    f"https://example.org/a?X-Goog-Signature={SECRET}",
    f"https://example.org/a?sv=2022-11-02&sp=r&sig={SECRET}",
    f"https://example.org?token={SECRET}",
    f"https://example.org/a?token={SECRET}#part",
    f"https://example.org/a?page=2#token={SECRET}",
    f"https://example.org/a#access_token={SECRET}",
    f"https://example.org/a?page=2;token={SECRET}",
    f"https://example.org/a?{SECRET}",
    f"https://example.org/a?b=https://x:{SECRET}@c/",
    f"gs://bucket/a?token={SECRET}",
    # Each part of a chain has an address of its own.
    f"simplecache::s3://AKIA:{SECRET}@bucket/key",
    f"zip://a.txt::https://u:{SECRET}@example.org/z.zip",
    f"zip://a.txt::https://example.org/z.zip?sig={SECRET}",
]


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_with_a_secret_is_refused(address: str) -> None:
    public = storage.public_path(address)
    assert SECRET not in public
    assert storage.public_path(public) == public
    with pytest.raises(ConfigError) as caught:
        places.refuse_secrets(address)
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", CLOSED)
def test_no_function_takes_it_or_repeats_it(address: str) -> None:
    for call in (storage.list_inputs, storage.open_input, storage.place):
        with pytest.raises(CorpusError) as caught:
            call(address)
        assert SECRET not in str(caught.value)
        assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)


_WORDS = st.text("abcXYZ019-._~+/=%!$", min_size=1, max_size=12)


@given(user=_WORDS, secret=_WORDS, path=_WORDS, scheme=st.sampled_from(["s3", "https", "ftp"]))
def test_no_password_is_public(user: str, secret: str, path: str, scheme: str) -> None:
    password = f"<{secret}>"
    public = storage.public_path(f"{scheme}://{user.replace('/', '')}x:{password}@bucket/{path}")
    assert password not in public
    assert public.startswith(f"{scheme}://bucket/")


@given(name=st.sampled_from(["sig", "X-Amz-Signature", "access_token", "apikey"]), value=_WORDS)
def test_no_signature_is_public(name: str, value: str) -> None:
    public = storage.public_path(f"https://example.org/a?b=c&{name}=<{value}>&d=e")
    assert f"<{value}>" not in public


WHERE: list[dict[str, Any]] = [
    {"inputs": [{"path": f"s3://AKIA:{SECRET}@bucket/*.jsonl", "source": "a"}]},
    {"inputs": [{"path": f"https://example.org/a.jsonl?sig={SECRET}", "source": "a"}]},
    {"output": f"s3://AKIA:{SECRET}@bucket/out"},
    {"dedup": {"contamination": {"enabled": True,
                                 "evaluations": [f"https://u:{SECRET}@example.org/e.jsonl"]}}},
    # Mistakes in the place where credentials belong.
    {"storage_options": SECRET},
    {"storage_options": {"s3": SECRET}},
    {"storage_options": [{"s3": {"secret": SECRET}}]},
]  # fmt: skip


@pytest.mark.parametrize("changes", WHERE, ids=lambda changes: next(iter(changes)))
def test_a_configuration_with_a_secret_in_the_wrong_place_ends_in_one_line(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    content = small(tmp_path / "in", tmp_path / "out") | changes
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))
    outcome = corpus("run", tmp_path / "config.yaml")
    assert outcome.code == 1
    assert len(outcome.err.splitlines()) == 1
    assert SECRET not in outcome.everything
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert [path for path in written if SECRET.encode() in path.read_bytes()] == []


def test_storage_options_are_written_nowhere(tmp_path: Path) -> None:
    """Neither by a run that ends well, nor in the state of one that fails."""
    options = {"memory": {"password": SECRET}}
    for name, lines in (("good", ""), ("bad", "no JSON\n")):
        content = small(tmp_path / "in", tmp_path / name, lines)
        content |= {"storage_options": options, "max_errors": 0}
        (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))
        outcome = corpus("run", tmp_path / "config.yaml")
        assert outcome.code == (name == "bad")
        assert SECRET not in outcome.everything
        files = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
        assert files
        assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    run = json.loads((tmp_path / "good" / "run.json").read_bytes())
    assert "storage_options" not in run["config"]
