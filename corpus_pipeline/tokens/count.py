"""*token_count*: how many tokens a text has, and limits of that, long before it is tokenized.

Measured is the text as it is where the step stands; what is removed from it and replaced in it
behind that changes the count, and *tokenize* counts again.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import Field

from corpus_pipeline.batches import alive
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.package_files import package_file
from corpus_pipeline.schema import column
from corpus_pipeline.steps import Batch, Failures, Options, Resource, Step
from corpus_pipeline.tokens.step import Tokenize, known_facts, opened_encoder

if TYPE_CHECKING:
    from corpus_pipeline.tokens.encode import EncodeOptions, TokenizerFacts

_FEW, _MANY = "token-count-too-small", "token-count-too-large"


class TokenCountSection(Options):
    """Tokens of a model's tokenizer, counted and limited."""

    tokenizer: str | None = Field(None, description="a tokenizer.json; default: the shipped one")
    tokenizer_sha256: str | None = Field(None, description="refuses a file of another sha256")
    engine: Literal["auto", "gigatoken", "tokenizers"] = Field(
        "auto", description="who encodes; the ids are those of tokenizers"
    )
    min_tokens: int | None = Field(
        None, ge=0, lt=2**31, description="tokens that a document has at least; null: off"
    )
    max_tokens: int | None = Field(
        None, ge=0, lt=2**31, description="tokens that a document has at most; null: off"
    )


#: Reason -> what is said of a document that is dropped for it.
_SENTENCES = {
    _FEW: "it has {token_count:,} tokens[; the rule {rule} asks for {limit:,} at least]",
    _MANY: "it has {token_count:,} tokens[; the rule {rule} allows {limit:,}]",
}


class TokenCount(Step):
    """Fills `token_count`, and drops documents of too few or too many tokens.

    >>> step = TokenCount(TokenCountSection(min_tokens=3))
    >>> rows = pa.record_batch({"token_count": pa.array([2, 3, None], pa.int32())})
    >>> {reason: fails.tolist() for reason, fails in step.judge(rows).items()}
    {'token-count-too-small': [True, False, False]}
    """

    name = "token_count"
    Options = TokenCountSection
    options: TokenCountSection
    columns = pa.schema(
        [
            column(
                "token_count",
                pa.int32(),
                "tokens of the text at this step, without one for its end; null for a document "
                "that was dropped before or has no text",
            )
        ]
    )
    sentences = _SENTENCES
    reasons = tuple(_SENTENCES)
    seconds_per_gigabyte = 50.0
    imports = ("corpus_pipeline.tokens.encode",)
    judged_by = ("min_tokens", "max_tokens")
    carried = ("_known",)
    try_resource = staticmethod(Tokenize.try_resource)

    @property
    def path(self) -> str:
        """The tokenizer.json, as a resource is named."""
        return self.options.tokenizer or package_file("models/tokenizer.json")

    def resources(self) -> Iterator[Resource]:
        """Yields the tokenizer."""
        yield Resource(
            self.path, "token_count.tokenizer", self.options.tokenizer_sha256,
            fragile=True, checked=True,
        )  # fmt: skip

    def _encoding(self) -> "EncodeOptions":
        from corpus_pipeline.tokens.encode import EncodeOptions

        return EncodeOptions(eos_token=None, engine=self.options.engine)

    def _facts(self) -> "TokenizerFacts":
        return known_facts(self.path, self.context.digests[self.path], self._encoding())

    def check(self) -> None:
        """Refuses a file that is no tokenizer, and limits that nothing lies between."""
        least, most = self.options.min_tokens, self.options.max_tokens
        if least is not None and most is not None and least > most:
            raise ConfigError(
                f"token_count.min_tokens: {least} is above max_tokens, {most}; exchange them"
            )
        self._known = self._facts()

    def open(self) -> None:
        """Loads the tokenizer."""
        known = getattr(self, "_known", None) or self._facts()
        digest = self.context.digests[self.path]
        self._encoder = opened_encoder(self.path, digest, self._encoding(), known)

    def apply(self, batch: Batch) -> Batch:
        """Counts and judges one batch."""
        texts = pc.if_else(alive(batch), batch["text"], pa.scalar(None, pa.string()))
        offsets = self._encoder.encode(texts).offsets
        there = texts.is_valid().to_numpy(zero_copy_only=False)
        counts = pa.array(np.diff(offsets).astype(np.int32), mask=~there)
        return self.failed(self.filled(batch, {"token_count": counts}), self._failures(counts))

    def judge(self, rows: Batch) -> Failures:
        """Compares the counts with the limits."""
        return self._failures(rows["token_count"])

    def _failures(self, counts: pa.Array) -> dict[str, NDArray[np.bool_]]:
        sides = {_FEW: (pc.less, self.options.min_tokens),
                 _MANY: (pc.greater, self.options.max_tokens)}  # fmt: skip
        return {
            reason: pc.fill_null(fails(counts, limit), False).to_numpy(zero_copy_only=False)
            for reason, (fails, limit) in sides.items()
            if limit is not None
        }

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Returns the limit of a rule."""
        return self.options.min_tokens if reason == _FEW else self.options.max_tokens

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says how many tokens there are."""
        count = f"token_count {row.get('token_count')}"
        sign = "<" if reason == _FEW else ">"
        return f"{count} {sign} {self.limit(reason, row)}" if known else count
