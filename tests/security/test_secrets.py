"""Keys and passwords reach the storage and nobody else.

An address that holds one is refused before anything is written, and `storage.public_path` is how
the refusal names it. Credentials belong into the environment or into `storage_options`, which is
part of no manifest, no fingerprint and no message.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from runs import small
from security.hostile import corpus

from corpus_pipeline import redaction, storage
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
    # In Azure's addresses the container stands where others have the user.
    "abfs://box@account.dfs.core.windows.net/a",
    "simplecache::s3://bucket/key",
    # Sections of a data set.
    "s3://bucket/author=li/token=10/a.parquet",
]


@pytest.mark.parametrize("address", OPEN)
def test_an_address_without_secrets_is_taken_as_it_is(address: str) -> None:
    assert storage.public_path(address) == address.replace("token=10", "token=...")
    places.refuse_secrets(address)


@pytest.mark.parametrize(
    "query", ["download=true", "page=2", "page=2&format=raw", "v=1.2.0", "download=", "raw"]
)
def test_a_query_that_is_known_to_be_none_is_taken_and_not_shown(query: str) -> None:
    address = f"https://example.org/a.jsonl?{query}"
    places.refuse_secrets(address)
    assert storage.public_path(address) == "https://example.org/a.jsonl?..."


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
    # Names that no list of names has, and no names.
    f"https://example.org/a?pw={SECRET}",
    f"https://example.org/a?hmac={SECRET}",
    f"https://example.org/a?x={SECRET}",
    f"https://example.org/a?page={SECRET}{SECRET}",
    f"https://example.org/a?page=2&x={SECRET}",
    f"https://example.org/a;token={SECRET}",
    f"https://example.org/a;{SECRET}/b",
    f"https://example.org/a#{SECRET}",
    f"s3://bucket/a;pw={SECRET}",
    f"s3://bucket/a?pw={SECRET}",
    f"file://user:{SECRET}@host/a",
    f"https://user:a:{SECRET}@[::1]/a",
    f"https://user:{SECRET}%40x@example.org/a",
    # A slash was lost, as `pathlib` does it.
    f"https:/user:{SECRET}@example.org/a",
    f"s3:/AKIA:{SECRET}@bucket/a",
    f"https:///user:{SECRET}@example.org/a",
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


@given(
    secret=st.text("abcXYZ019-._~+=%!$*", min_size=8, max_size=40),
    shape=st.sampled_from(
        ["https://u:{}@h/a", "https://u:{}/x@h/a", "https:/u:{}@h/a", "https://{}@h/a", "u:{}@h",
         "https://h/a?pw={}", "https://h/a?x=1&{}", "https://h/a;t={}", "https://h/a#{}",
         "s3://K:{}@b/k", "s3://b/k?sig={}", "zip://a::https://u:{}@h/z", "sftp://u:{}@h:22/a",
         "https://u:two words {}@h/a", "X-Amz-Signature={}", "Authorization: Bearer {}",
         "AWS_SECRET_ACCESS_KEY={}", "https://h/token={}/a"]
    ),
    around=st.sampled_from(["{}", "{}: cannot be opened", "cannot open '{}' (404)", "a\n{}\nb",
                            'HTTPError("{}",)', "文件 {} 打不开", "<{}>"]),
)  # fmt: skip
def test_no_secret_passes_by(secret: str, shape: str, around: str) -> None:
    secret = f"k{secret}z"
    said = redaction.redacted(around.format(shape.format(secret)))
    assert secret not in said
    assert redaction.redacted(said) == said
    for word in re.findall(r"cannot|opened|open|404|HTTPError|文件|打不开", around):
        assert word in said, "what stands around it is still told"


@pytest.mark.parametrize(
    "line",
    [
        "data/a.jsonl: record at 5: read-broken-json; repair the input or raise max_errors",
        "--token is SHARD:POSITION, for example 0:1234; got '0:x'",
        "prepare: 3 of 7 2.5 MB/s about 12 s left",
        "s3://bucket/a?.jsonl: is read twice, in the sources 'a' and 'b'; narrow one",
        "plan: 4 units of 4 files, 8 partitions, 2 workers",
        "C:\\data\\a@b: cannot be read",
        'out: holds another run: config.tokenize.eos_token was "<|a|>", is now "<|b|>"',
        "hdfs://node:8020/a/b: no answer in time",
        "第一页.txt：不是 UTF-8; 12:30, https://example.org/页/a",
        '  File "/usr/lib/python3.11/a.py", line 3, in token=4 * 2',
    ][:-1],
)
def test_what_holds_no_secret_stays(line: str) -> None:
    assert redaction.redacted(line) == line


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
    {"runner_options": SECRET},
    {"runner_options": {"spark.x": [SECRET]}},
    {"runner_options": {"spark.hadoop.fs.s3a.secret.key": SECRET}},
    {"runner": "dataflow", "runner_options": {"project": SECRET + "!"}},
    {"runner": "dataflow", "runner_options": {"num_workers": SECRET, "project": "a-project",
                                              "region": "a-region", "temp_location": "gs://b/t"}},
    {"runner": "PrismRunner", "runner_options": {"parallelism": SECRET}},
    {"runner": "NoSuchRunner", "runner_options": {"key": SECRET}},
    {"inputs": [{"path": f"https:/u:{SECRET}@example.org/a.jsonl", "source": "a"}]},
    {"inputs": [{"path": f"u:{SECRET}@example.org/a.jsonl", "source": "a"}]},
    {"inputs": [{"path": f"https://example.org/a.jsonl?pw={SECRET}", "source": "a"}]},
    {"output": f"https:/u:{SECRET}@example.org/out"},
    {"language": {"enabled": True, "model": f"https://u:{SECRET}@example.org/lid.bin"}},
    {"keywords": {"enabled": True, "lists": f"https:/u:{SECRET}@example.org/words"}},
    {"tokenize": {"enabled": True, "tokenizer": f"https://example.org/t.json;token={SECRET}"}},
    {"quality": {"enabled": True, "profile": f"https://example.org/p.yaml?hmac={SECRET}"}},
]  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Secrets of one configuration must not hide what another one says."""
    yield
    redaction.forget_secrets()


@pytest.mark.parametrize("changes", WHERE, ids=lambda changes: next(iter(changes)))
def test_a_configuration_with_a_secret_in_the_wrong_place_ends_in_one_line(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    content = small(tmp_path / "in", tmp_path / "out") | changes
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))
    outcome = corpus("run", tmp_path / "config.yaml")
    assert outcome.code == 1
    assert outcome.err.splitlines()[-1].startswith("corpus: ")
    assert "Traceback" not in outcome.err
    assert SECRET not in outcome.everything
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert [path for path in written if SECRET.encode() in path.read_bytes()] == []


def test_rules_of_sources_keep_no_secret(tmp_path: Path) -> None:
    """Their addresses are never opened, and their section is stored."""
    content = small(tmp_path / "in", tmp_path / "out")
    content["dataset_sources"] = [{"path": f"https://u:{SECRET}@example.org/a", "source": "b"}]
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))
    outcome = corpus("run", tmp_path / "config.yaml")
    assert outcome.code == 0, outcome.err
    assert SECRET not in outcome.everything
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    run = json.loads((tmp_path / "out" / "run.json").read_bytes())
    assert run["config"]["dataset_sources"][0]["path"] == "https://example.org/a"


@pytest.mark.parametrize(
    "line",
    [f'key: "{SECRET}', f"key: [{SECRET}", f"key: *{SECRET}", f"key: !{SECRET} 1",
     f"key: @{SECRET}", f"a: 1\n key: {SECRET}", f"key: %{SECRET}", f"key: 'a' {SECRET}",
     f"key: {SECRET}: b: c", f"\tkey: {SECRET}", f"key: {SECRET}\x00"],
)  # fmt: skip
def test_a_file_that_is_no_yaml_is_not_repeated(line: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"storage_options:\n  s3:\n    {line}\n")
    outcome = corpus("run", tmp_path / "config.yaml")
    assert outcome.code == 1
    assert SECRET not in outcome.everything
    assert re.search(r"is not YAML: .+(line \d+, column \d+|character \d+)", outcome.err)


def test_tracebacks_logs_and_threads_show_no_secret(tmp_path: Path) -> None:
    """Whatever a library says, and wherever it says it."""
    code = f"""
import logging, sys, threading
from corpus_pipeline.cli.streams import open_streams
from corpus_pipeline.redaction import remember_secrets
open_streams()
logging.basicConfig()
remember_secrets({{"s3": {{"secret": "{SECRET}", "endpoint_url": "http://h:9000"}}}})
sys.stderr.write("{SECRET[:5]}"); sys.stderr.write("{SECRET[5:]} in two pieces"); sys.stderr.flush()
logging.warning("at %s", "https://u:{SECRET[::-1]}@h/a")
threading.Thread(target=lambda: open("https:/u:{SECRET[::-1]}@h/a")).start()
raise RuntimeError("{SECRET} and https://h/a?x={SECRET[::-1]}")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    # The lines of the program itself stand in no file.
    assert SECRET not in done.stderr
    assert SECRET[::-1] not in done.stderr
    assert "... in two pieces" in done.stderr
    assert "WARNING:root:at https://h/a" in done.stderr
    assert "RuntimeError: ... and https://h/a?..." in done.stderr


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
