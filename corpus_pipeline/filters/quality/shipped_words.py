"""The package's lists of stop words and page words."""

from functools import cache
from importlib import resources

from corpus_pipeline.yaml_files import load_yaml


@cache
def load_shipped(name: str) -> dict[str, list[str]]:
    """Returns a list of profiles/ by language: `stop_words` or `page_words`.

    >>> load_shipped("stop_words")["en"][:2]
    ['the', 'be']
    """
    folder = resources.files("corpus_pipeline.filters").joinpath("profiles")
    words: dict[str, list[str]] = load_yaml(folder.joinpath(f"{name}.yaml").read_text("utf-8"))
    return words
