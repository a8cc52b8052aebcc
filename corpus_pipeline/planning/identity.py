"""What makes two runs the same run, and in which words they differ.

A run goes on with another's work only if both have the same inputs, list of units, configuration,
models, package and libraries; each is a part of `Plan.identity`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import ResumeError
from corpus_pipeline.storage import InputFile

#: What the identity says of an input file besides its path, and how a difference is told. A file
#: of another size was changed at another time too, so the size comes first.
_OF_A_FILE = {
    "source": "its source was {old}, is now {new}",
    "size": "had {old} bytes, has now {new}",
    "modified": "was changed since (time of change or tag {old}, now {new})",
    "content": "holds something else than before, though its size and time of change are the same",
}


def described(
    files: Sequence[tuple[str, InputFile]], whole: bool, hashed: bool = True
) -> list[dict[str, Any]]:
    """Describes the files of a run for its identity.

    Args:
        files: name of the source, and the file.
        whole: hash every byte of every file.
        hashed: hash anything at all; without it the description identifies nothing.

    Raises:
        InputError: a file cannot be read.
    """
    only = [file for _, file in files]
    contents = storage.content_digests(only, whole) if hashed else [""] * len(only)
    return [
        {"source": source, **file._asdict(), "content": content}
        for (source, file), content in zip(files, contents, strict=True)
    ]


def units_identity(lines: Iterable[str]) -> dict[str, Any]:
    """Describes a list of units by its length and its digest.

    >>> units_identity(["a", "b"])["number"]
    2
    """
    digest, number = hashlib.sha256(), 0
    for line in lines:
        digest.update(f"{line}\n".encode())
        number += 1
    return {"number": number, "sha256": digest.hexdigest()}


def refuse_other_run(saved: dict[str, Any], wanted: dict[str, Any], output: str) -> None:
    """Checks that a run under way is the run that is asked for.

    Raises:
        ResumeError: names the first thing that differs.
    """
    difference = first_difference(saved, wanted)
    if difference is None:
        return
    if difference.startswith("inputs["):
        # Samples of other files may differ too; the one that changed is what the user knows.
        difference = changed_file(saved["inputs"], wanted["inputs"]) or difference
    raise ResumeError(
        f"{output}: holds another run: {difference}; "
        "give another --output, or --overwrite to throw that run away"
    )


def changed_file(saved: list[Any], wanted: list[Any]) -> str | None:
    """Says which file of two lists of the same paths differs, and in what; None if none does.

    >>> old = {"path": "a.jsonl", "source": "s", "size": 3, "modified": "1", "content": "c0"}
    >>> changed_file([old], [old | {"size": 4, "content": "c1"}])
    'a.jsonl had 3 bytes, has now 4'
    """
    before = {file.get("path"): file for file in saved if isinstance(file, dict)}
    if before.keys() != {file["path"] for file in wanted}:
        return None
    for name, words in _OF_A_FILE.items():
        for file in wanted:
            old, new = before[file["path"]].get(name), file[name]
            if old != new:
                told = words.format(old=_short(old), new=_short(new))
                return f"{storage.public_path(file['path'])} {told}"
    return None


def first_difference(saved: Any, wanted: Any, path: str = "") -> str | None:
    """Names the first place where two JSON values differ, or returns None.

    >>> first_difference({"a": {"b": 1}}, {"a": {"b": 2}})
    'a.b was 1, is now 2'
    """
    if isinstance(saved, Mapping) and isinstance(wanted, Mapping):
        for key in sorted(saved.keys() | wanted.keys()):
            inner = f"{path}.{key}" if path else str(key)
            if found := first_difference(saved.get(key), wanted.get(key), inner):
                return found
        return None
    if isinstance(saved, list) and isinstance(wanted, list) and len(saved) != len(wanted):
        word, longer, shorter = "more", wanted, saved
        if len(wanted) < len(saved):
            word, longer, shorter = "fewer", saved, wanted
        example = next((item for item in longer if item not in shorter), longer[-1])
        file = isinstance(example, dict) and "path" in example
        named = storage.public_path(example["path"]) if file else _short(example)
        return f"{path} has {len(longer) - len(shorter)} {word}: {named}"
    if isinstance(saved, list) and isinstance(wanted, list):
        for i, (old, new) in enumerate(zip(saved, wanted, strict=True)):
            if found := first_difference(old, new, f"{path}[{i}]"):
                return found
        return None
    if saved == wanted:
        return None
    return f"{path} was {_short(saved)}, is now {_short(wanted)}"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
