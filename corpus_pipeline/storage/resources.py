"""Hashes of the files that steps load."""

import hashlib
from pathlib import Path

from corpus_pipeline.package_files import located
from corpus_pipeline.special_files import refuse_special
from corpus_pipeline.storage.files import file_digest
from corpus_pipeline.storage.places import place


def resource_digest(path: str) -> str:
    """Hashes a file, or the files of a folder with their names; the package's own by their names.

    Raises:
        OSError: it cannot be read.
    """
    where = place(located(path))
    if isinstance(where, Path):
        refuse_special(where)
    if not (isinstance(where, Path) and where.is_dir()):
        return file_digest(where).sha256
    digest = hashlib.sha256()
    for file in sorted(where.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(where)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
