"""Files that workers load, and names for those of the package that mean the same on every machine.

A plan that named them by their place on the driver's disk would find nothing on a worker, and would
differ from the plan of the same run on another machine.
"""

import hashlib
from pathlib import Path

from corpus_pipeline import storage
from corpus_pipeline.special_files import refuse_special

_MARK = "shipped:"
_PACKAGE = Path(__file__).parent


def shipped(name: str) -> str:
    """Names a file or folder of the package.

    >>> shipped("models/tokenizer.json")
    'shipped:models/tokenizer.json'
    """
    return _MARK + name


def located(path: str) -> str:
    """Returns where a named file of the package lies here; any other path as it is.

    >>> located("my/tokenizer.json")
    'my/tokenizer.json'
    >>> Path(located("shipped:models/tokenizer.json")).is_file()
    True
    """
    return str(_PACKAGE / path.removeprefix(_MARK)) if path.startswith(_MARK) else path


def resource_digest(path: str) -> str:
    """Hashes a file, or the files of a folder with their names; the package's own by their names.

    Raises:
        OSError: it cannot be read.
    """
    place = storage.place(located(path))
    if isinstance(place, Path):
        refuse_special(place)
    if not (isinstance(place, Path) and place.is_dir()):
        return storage.file_digest(place).sha256
    digest = hashlib.sha256()
    for file in sorted(place.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(place)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
