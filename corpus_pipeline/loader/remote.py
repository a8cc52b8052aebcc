"""Shards behind a URL: each is fetched whole into a bounded cache, and mapped from there.

s3://… index.json ──► TokenIndex
       0.arrow …  ──► FOLDER/SHA256.arrow ──► memory
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.storage import place, public_path, read_bytes
from corpus_pipeline.storage.file_cache import FileCache, Wanted
from corpus_pipeline.tokens.index import INDEX_NAME, TokenIndex

_T = TypeVar("_T")


class RemoteShards:
    """The shards of an index behind a URL.

    Attributes:
        url: of the folder.
        index: of the folder.
        cache: where local copies are.
    """

    def __init__(self, url: str, cache: FileCache) -> None:
        """Reads the index.

        Raises:
            ConfigError: the URL holds credentials, or nothing is installed for its protocol.
            EngineError: the storage cannot be reached.
            VerifyError: there is no index, or it cannot be read.
        """
        self.url = url.rstrip("/")
        self.cache = cache
        try:
            text = read_bytes(place(f"{self.url}/{INDEX_NAME}")).decode("utf-8")
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise VerifyError(
                f"{public_path(self.url)}/{INDEX_NAME} cannot be read "
                f"({error.__class__.__name__}); name a folder of token shards"
            ) from error
        self.index = TokenIndex.from_json(text)

    @property
    def most_open(self) -> int:
        """How many shards may be mapped at once: no more than the cache may hold."""
        largest = max((entry.bytes for entry in self.index.shards), default=1)
        return max(self.cache.limit // max(largest, 1), 1)

    def opened(self, k: int, opener: Callable[[Path], _T]) -> _T:
        """Opens the local copy of a shard.

        Raises:
            EngineError: it cannot be fetched.
            VerifyError: it is not what the index says.
        """
        return self.cache.opened(self._wanted(k), opener)

    def fetch_ahead(self, shards: Sequence[int]) -> None:
        """Fetches shards in the background, in their order."""
        self.cache.fetch_ahead([self._wanted(k) for k in shards])

    def _wanted(self, k: int) -> Wanted:
        entry = self.index.shards[k]
        return Wanted(f"{self.url}/{entry.file}", entry.sha256, entry.bytes)
