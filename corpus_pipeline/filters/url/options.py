"""The options of *url*."""

from typing import Annotated

from pydantic import Field

from corpus_pipeline.steps import Options

Share = Annotated[float, Field(ge=0, le=1)]


class UrlOptions(Options):
    """Lists, words, patterns and shares by which addresses are judged."""

    block_domains: tuple[str, ...] = Field(
        (), description="domains, and files or folders (with a slash) of domains and addresses"
    )
    allow_domains: tuple[str, ...] = Field(
        (), description="as block_domains; no list, word or pattern drops what is in it"
    )
    only_domains: tuple[str, ...] = Field(
        (), description="as block_domains; everything else goes; empty: no such rule"
    )
    block_subwords: tuple[str, ...] = Field(
        (), description="files of parts of words, found anywhere, also over marks"
    )
    block_words: tuple[str, ...] = Field((), description="files of whole words")
    soft_words: tuple[str, ...] = Field(
        (), description="files of whole words of which one is not enough"
    )
    min_soft_words: int = Field(2, ge=1, description="different soft words that are enough")
    block_patterns: tuple[str, ...] = Field(
        (), description="files of regular expressions (RE2), one a line"
    )
    keep_share: Share | dict[str, Share] | None = Field(
        None, description="share that is kept, 0 to 1; or domain: share, with * for all others"
    )
    seed: int = Field(0, ge=0, lt=2**64, description="another seed keeps another share")
    require_url: bool = Field(False, description="drops documents without an address with a host")
    normalise: bool = Field(True, description="fills url_normalised and url_domain")
