"""What `corpus verify` finds out about the mixture in the folder of a run."""

import json
from collections.abc import Iterator

from corpus_pipeline import storage
from corpus_pipeline.loader.mixture import MIXTURE_NAME
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import TokenIndex, is_inside
from corpus_pipeline.workspace.run_file import MIXTURE_FOLDER


def mixture_differences(output: Place, index: TokenIndex) -> Iterator[str]:
    """Says what is wrong with the mixture in a run's folder, if there is one."""
    folder = output / MIXTURE_FOLDER
    names = storage.sizes(folder)
    if not names:
        return
    again = "; run again with the same configuration to plan it anew"
    try:
        content = json.loads(storage.read_bytes(folder / MIXTURE_NAME))
        selections = {
            each["selection"]: each["sha256"]
            for each in content["components"]
            if each["selection"] is not None
        }
        made_of, inside = content["index_sha256"], all(map(is_inside, selections))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        yield f"{MIXTURE_FOLDER}/{MIXTURE_NAME} cannot be read ({error}){again}"
        return
    if made_of != index.fingerprint or not inside:
        yield f"{MIXTURE_FOLDER}/{MIXTURE_NAME} is of other tokens than those in tokens/{again}"
    for name in sorted(names.keys() - {MIXTURE_NAME, *selections}):
        yield f"{MIXTURE_FOLDER}/{name} does not belong to the mixture; remove it"
    for name, digest in sorted(selections.items()) if inside else ():
        try:
            written = storage.file_digest(folder / name).sha256
        except FileNotFoundError:
            yield f"{MIXTURE_FOLDER}/{name} is missing{again}"
            continue
        if written != digest:
            yield f"{MIXTURE_FOLDER}/{name} has sha256 {written}, the mixture says {digest}{again}"
