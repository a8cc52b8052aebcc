"""Small files that become huge: each ends in rows with known reasons, in bounded memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

#: Address space beyond what the process has with its libraries and the bombs themselves.
MEMORY = 1_200_000_000

EXPECTED = {
    "gz zeros jsonl": ["read-too-large"],
    "gz line ends jsonl": [],
    "zst jsonl": ["read-too-large"],
    "gz zeros text": ["read-too-large"],
    "gz line ends text": ["read-too-large"],
    "zst text": ["read-too-large"],
    "gz zeros warc": ["read-broken-record"],
    "gz line ends warc": [],
    "zst warc": ["read-broken-record"],
    "zst window of 2 GiB": ["read-truncated"],
    "gz in gz": ["read-container"],
    "a line of 10 GB": ["read-too-large"],
    "a text of 10 GB": ["read-too-large"],
    "a WARC header of 10 GB": ["read-broken-record"],
    "a line of nine million objects": ["read-too-large"],
    "ids of 1 MiB": ["None"],
    "HTTP gzip": ["read-too-large"],
    "HTTP gzip in gzip": ["read-too-large"],
    "HTTP, Transfer-Encoding: gzip": ["read-too-large"],
    "HTTP, Content-Encoding: gzip, identity": ["read-too-large"],
    "HTTP, a second member": ["read-too-large"],
    "zst of small blocks": ["read-broken-json"],
    "a line of escapes": ["read-too-large"],
    "an element of escapes": ["read-too-large"],
    "Parquet, a long word in each row": ["None"],
    "Parquet, the same in another column": ["None"],
    "Parquet, a list of equal values": ["read-broken-file"],
    "HTML, depth": ["extract-too-complex"],
    "HTML, an attribute of 9 MB": ["None"],
    "HTML, a million entities": ["None"],
    "HTML, comments": ["extract-empty"],
    # Cells that nobody closes close one another: a wide page, no deep one. It takes four seconds.
    "HTML, a table of two million cells": ["None"],
    "marks that decompose": ["None"],
    "letters that grow": ["None"],
    "Parquet, five thousand columns": ["None"],
    "marks": ["None"],
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's memory")
def test_bombs() -> None:
    command = [sys.executable, "bombs.py", str(MEMORY)]
    found = subprocess.run(
        command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr[-2000:]
    assert json.loads(found.stdout) == EXPECTED
