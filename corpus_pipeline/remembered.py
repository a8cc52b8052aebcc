"""What was found out once about a file, by the digest of its bytes, and need not be asked again.

Opening a tokenizer with two engines and comparing them, or scoring the check sentence of a language
model, takes longer than a small run; the answer depends on the bytes and on the code alone.
"""

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from corpus_pipeline.kernels import CACHE_DIR, source_digest


def remembered(kind: str, key: Sequence[object], find: Callable[[], Any]) -> Any:
    """Returns what `find` returns, from this machine's cache if it was asked before.

    What cannot be kept or read is found again; an error of `find` is never kept.

    Args:
        kind: name of the question, a folder of the cache.
        key: all that the answer depends on beside this package: digests, options, versions.
        find: gives the answer, of JSON's types.

    >>> remembered("doctest", [1, "a"], lambda: {"size": 3})
    {'size': 3}
    >>> remembered("doctest", [1, "a"], lambda: 1 // 0)
    {'size': 3}
    """
    name = hashlib.sha256(json.dumps([source_digest(), *key]).encode()).hexdigest()[:32]
    path = Path(CACHE_DIR) / kind / f"{name}.json"
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_bytes())
    found = find()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        attempt = path.with_suffix(f".{uuid.uuid4().hex}")
        attempt.write_text(json.dumps(found), encoding="utf-8")
        os.replace(attempt, path)
    return found
