"""*tokenize*: text into token ids, each document closed by the end-of-text token."""

import dataclasses
import importlib.metadata
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.nearest import meant
from corpus_pipeline.package_files import located, package_file
from corpus_pipeline.remembered import remembered
from corpus_pipeline.schema import column
from corpus_pipeline.steps import Batch, Options, Resource, Section, Step
from corpus_pipeline.text.hashing import content_hashes
from corpus_pipeline.tokens.splits import TRAIN, Split, Splits

if TYPE_CHECKING:
    from corpus_pipeline.tokens.encode import EncodeOptions, TokenEncoder, TokenizerFacts

#: Column of token ids between this step and the writer.
TOKEN_IDS = "token_ids"

_SPLIT_NAME = re.compile(r"[a-z0-9_]+")

#: What is known of a document's tokens when it is encoded.
TOKENS = pa.schema(
    [
        column("tokens", pa.int32(), "tokens of the document, the end-of-text token included"),
        column("split", pa.string(), "train, or the name of the set for which it is held out"),
    ]
)
#: Where the tokens are; known when all documents are counted, so the ledger alone has it.
PLACE = pa.schema(
    [
        column("token_shard", pa.int32(), "number of the shard"),
        column("token_offset", pa.int64(), "position of the first token in the shard's stream"),
    ]
)


class HeldOutSection(Section):
    """Documents that are held out: whole sources, or a share of them."""

    share: float = Field(1, gt=0, le=1, description="of the documents, chosen by content")
    sources: tuple[str, ...] | None = Field(
        None, description="sources that they are from; default: all"
    )


class TokenizeSection(Options):
    """BPE tokens in Arrow shards."""

    tokenizer: str | None = Field(None, description="a tokenizer.json; default: the shipped one")
    tokenizer_sha256: str | None = Field(None, description="refuses a file of another sha256")
    eos_token: str = Field("<|endoftext|>", description="token that ends each document")
    control_tokens: tuple[str, ...] | None = Field(
        None,
        description="added tokens that no text turns into, besides those marked special; default: "
        "those named in brackets, as <tool_call>, less HTML elements",
    )
    engine: Literal["auto", "gigatoken", "tokenizers"] = Field(
        "auto", description="who encodes; the ids are those of tokenizers"
    )
    splits: dict[str, HeldOutSection] = Field(
        {}, description="name -> what is held out under it; all other documents are train"
    )
    shard_tokens: int = Field(2**27, gt=0, lt=2**31, description="tokens in one shard, about")
    shuffle: bool = Field(
        False,
        description="order the documents of a source by their content hashes; default: as they "
        "are read",
    )

    @field_validator("splits")
    @classmethod
    def _named(cls, splits: dict[str, HeldOutSection]) -> dict[str, HeldOutSection]:
        for name in splits:
            if not _SPLIT_NAME.fullmatch(name) or name == TRAIN:
                raise ValueError(
                    f"{name!r} is no name for a split; use small letters, digits and _, "
                    f"and not {TRAIN}"
                )
        _splits(splits, 0)
        return splits


def _splits(sections: Mapping[str, HeldOutSection], seed: int) -> Splits:
    held_out = (Split(name, each.share, each.sources) for name, each in sections.items())
    return Splits(tuple(held_out), seed)


class Tokenize(Step):
    """Fills `token_ids` (list), `tokens` (count) and `split`."""

    name = "tokenize"
    Options = TokenizeSection
    options: TokenizeSection
    columns = TOKENS
    ledger_columns = PLACE
    counts = ("tokens",)
    default = True
    imports = ("corpus_pipeline.tokens.encode",)
    is_last = True
    finishes = True
    carried = ("_known",)

    @property
    def path(self) -> str:
        """The tokenizer.json, as a resource is named."""
        return self.options.tokenizer or package_file("models/tokenizer.json")

    @property
    def sha256(self) -> str:
        """Of that file, as planned."""
        return self.context.digests[self.path]

    def encoding(self) -> "EncodeOptions":
        """Returns how documents become tokens."""
        from corpus_pipeline.tokens.encode import EncodeOptions

        section = self.options
        return EncodeOptions(section.eos_token, section.control_tokens, section.engine)

    def splits(self) -> Splits:
        """Returns which documents are held out."""
        return _splits(self.options.splits, self.context.seed)

    def facts(self) -> "TokenizerFacts":
        """Returns what is known of the tokenizer; it is opened only where it never was.

        Raises:
            ResourceError: it is no tokenizer.
            ConfigError: the options do not go with it.
        """
        return known_facts(self.path, self.sha256, self.encoding())

    def resources(self) -> Iterator[Resource]:
        """Yields the tokenizer."""
        yield Resource(
            self.path, "tokenize.tokenizer", self.options.tokenizer_sha256,
            fragile=True, checked=True,
        )  # fmt: skip

    @staticmethod
    def try_resource(path: str) -> None:
        """Opens a tokenizer and uses it once."""
        from corpus_pipeline.tokens.encode import EncodeOptions, load_tokenizer

        texts = pa.array(["It was a fine day.", "今天天气很好。", "", "a" * 1000, "\0"])
        load_tokenizer(path, options=EncodeOptions(eos_token=None)).encode(texts)

    def check(self) -> None:
        """Refuses a tokenizer that does not go with the options, and splits of no source."""
        self._known = self.facts()
        known, splits = sorted(self.context.sources), self.splits()
        if known and all(splits.holds_out_all_of(source) for source in known):
            raise ConfigError(
                "tokenize.splits: all sources are held out, and none is left to train on; lower a "
                "share"
            )
        for source in splits.sources:
            if source not in known:
                raise ConfigError(
                    f"tokenize.splits: no input is called {source!r}; {meant(source, known)}"
                )

    def notes(self) -> Iterator[str]:
        """Says what makes this tokenizer slow, or long documents costly."""
        if self.path not in self.context.digests:
            # An estimate of a stated size opens no file.
            return
        facts = self.facts()
        if facts.engine == "tokenizers" and self.options.engine == "auto":
            yield f"tokenize: encodes with {facts.engine_reason}; slower, the ids are the same"
        if facts.uncut_reason:
            yield (
                "tokenize: a long document is encoded whole, about 100 bytes of memory for each "
                f"token, because {facts.uncut_reason}"
            )

    def open(self) -> None:
        """Loads the tokenizer."""
        known = getattr(self, "_known", None)
        self._encoder = opened_encoder(
            self.path, self.sha256, self.encoding(), known or self.facts()
        )
        self._splits = self.splits()

    def apply(self, batch: Batch) -> Batch:
        """Encodes one batch."""
        if pc.any(pc.and_(alive(batch), pc.is_null(batch["text"]))).as_py():
            raise InputError(
                f"unit {batch['unit'][0]}: holds pages whose text was not extracted; run `corpus "
                "extract` first, or switch extract on"
            )
        texts = pc.if_else(alive(batch), batch["text"], pa.scalar(None, pa.string()))
        encoded = self._encoder.encode(texts)
        lists = pa.ListArray.from_arrays(encoded.offsets.astype(np.int32), pa.array(encoded.ids))
        counts = pa.array(np.diff(encoded.offsets).astype(np.int32))
        columns = {TOKEN_IDS: lists, "tokens": counts, "split": self._split(batch)}
        return with_columns(batch, columns)

    def _split(self, batch: Batch) -> pa.Array:
        """Returns the split of each document that stays."""
        living = alive(batch)
        kept = batch.filter(living)
        # Of the text as it is now: what was cut out and replaced may have made texts equal.
        found = self._splits.assign(content_hashes(kept["text"]), kept["source"])
        return pc.replace_with_mask(pa.nulls(batch.num_rows, pa.string()), living, found)


@cache
def opened_encoder(
    path: str, sha256: str, options: "EncodeOptions", facts: "TokenizerFacts"
) -> "TokenEncoder":
    """Returns a tokenizer, ready to encode, opened once per process."""
    from corpus_pipeline.tokens.encode import load_tokenizer

    return load_tokenizer(located(path), sha256, options, facts)


@cache
def known_facts(path: str, sha256: str, options: "EncodeOptions") -> "TokenizerFacts":
    """Returns what is known of a tokenizer, from earlier runs where it was opened before."""
    from corpus_pipeline.tokens.encode import TokenizerFacts, load_tokenizer

    def find() -> dict[str, Any]:
        return dataclasses.asdict(load_tokenizer(located(path), sha256, options).facts)

    versions = [importlib.metadata.version(name) for name in ("tokenizers", "gigatoken")]
    key = [sha256, dataclasses.asdict(options), versions]
    return TokenizerFacts.from_json(remembered("tokenizers", key, find))
