"""Where bytes come from and go to: local files and whatever fsspec reaches by URL.

places      a path or URL as a value; how storage is reached; what of a URL may be shown
inputs      which files an input names
contents    hashes of what they hold, cheap ones
reading     seekable files that survive a cut connection; Arrow and Parquet files
files       atomic writes, removal
listings    what lies in a folder
resources   hashes of what steps load
retries     what is tried again, and how it ends
lease       one run at a time in an output folder
concurrent  some items at a time, by threads
"""

from corpus_pipeline.redaction import public_path
from corpus_pipeline.storage.concurrent import map_concurrently
from corpus_pipeline.storage.contents import content_digests
from corpus_pipeline.storage.files import (
    AtomicFile,
    Written,
    exists,
    file_digest,
    is_folder,
    nameless_file,
    read_bytes,
    remove,
    remove_attempts,
    remove_tree,
    set_aside,
    size,
    write_bytes,
    writing,
)
from corpus_pipeline.storage.inputs import InputFile, is_named, list_inputs
from corpus_pipeline.storage.lease import Holder, Lease, held, holder, is_held
from corpus_pipeline.storage.listings import Listed, children, listed, names, sizes
from corpus_pipeline.storage.places import Place, configure, is_local, place
from corpus_pipeline.storage.reading import (
    local_copy,
    open_arrow,
    open_input,
    open_parquet,
    opened,
    read_head,
    read_parquet,
    read_ranges,
)
from corpus_pipeline.storage.resources import resource_digest

__all__ = [
    "AtomicFile",
    "Holder",
    "InputFile",
    "Lease",
    "Listed",
    "Place",
    "Written",
    "children",
    "configure",
    "content_digests",
    "exists",
    "file_digest",
    "held",
    "holder",
    "is_folder",
    "is_held",
    "is_local",
    "is_named",
    "list_inputs",
    "listed",
    "local_copy",
    "map_concurrently",
    "nameless_file",
    "names",
    "open_arrow",
    "open_input",
    "open_parquet",
    "opened",
    "place",
    "public_path",
    "read_bytes",
    "read_head",
    "read_parquet",
    "read_ranges",
    "remove",
    "remove_attempts",
    "remove_tree",
    "resource_digest",
    "set_aside",
    "size",
    "sizes",
    "write_bytes",
    "writing",
]
