"""Indexes of evaluation items, one of each per process."""

from functools import cache

from corpus_pipeline.dedup.contamination import ContaminationIndex
from corpus_pipeline.errors import ResourceError
from corpus_pipeline.storage import open_input


@cache
def contamination_index(path: str) -> ContaminationIndex:
    """Returns the index of evaluation items that the plan has built."""
    try:
        with open_input(path) as file:
            return ContaminationIndex.from_bytes(file.read())
    except ValueError as error:
        raise ResourceError(f"{path}: is no contamination index ({error}); run again") from error
