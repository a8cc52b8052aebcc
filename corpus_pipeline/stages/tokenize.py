"""*tokenize*: text into token ids, each document closed by the end-of-text token."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import alive, with_columns
from corpus_pipeline.errors import InputError
from corpus_pipeline.stages.mapping import MapBatches
from corpus_pipeline.stages.models import token_encoder
from corpus_pipeline.tokens.encode import EncodeOptions, TokenizerFacts

#: Column of token ids between this stage and the writer.
TOKEN_IDS = "token_ids"


@dataclasses.dataclass(frozen=True)
class TokenizeOptions:
    """The tokenizer and how it encodes."""

    tokenizer: str
    tokenizer_sha256: str
    encoding: EncodeOptions
    facts: TokenizerFacts


class EncodeTokens(MapBatches):
    """Fills `token_ids` (list) and `tokens` (count)."""

    stage = "tokenize"
    options: TokenizeOptions

    def open(self) -> None:
        """Loads the tokenizer."""
        options = self.options
        self._encoder = token_encoder(
            options.tokenizer, options.tokenizer_sha256, options.encoding, options.facts
        )

    def apply(self, key: BatchKey, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Encodes one batch."""
        if pc.any(pc.and_(alive(batch), pc.is_null(batch["text"]))).as_py():
            raise InputError(
                f"unit {key.unit}: holds pages whose text was not extracted; run `corpus extract` "
                "first, or switch extract on"
            )
        texts = pc.if_else(alive(batch), batch["text"], pa.scalar(None, pa.string()))
        encoded = self._encoder.encode(texts)
        lists = pa.ListArray.from_arrays(encoded.offsets.astype(np.int32), pa.array(encoded.ids))
        counts = pa.array(np.diff(encoded.offsets).astype(np.int32))
        return with_columns(batch, {TOKEN_IDS: lists, "tokens": counts})
