"""Encoding: a column of texts in, token ids out.

    tokenizer.json ──► `tokenizers`  defines the ids; slow
                  └──► gigatoken     gives the same ids many times faster, where it can

What comes out never depends on the engine: gigatoken is used when it agrees on probe texts at load
time, documents with characters newer than the older of the two engines' Unicode tables go to
`tokenizers`, and in every batch some documents, chosen by their content, are encoded by both; a
difference stops the run. Both engines stay on the calling thread.

A long document is encoded in pieces, cut where no pre-token can cross (`cuts.py`), so its memory is
that of its ids.
"""

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError, EngineError, ResourceError
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.tokens.cuts import cut_long, safe_cuts
from corpus_pipeline.tokens.definition import control_token_names, parse_definition
from corpus_pipeline.tokens.engines import Gigatoken, Reference
from corpus_pipeline.tokens.foreign import kind_of
from corpus_pipeline.tokens.recent_characters import rows_with_recent_characters
from corpus_pipeline.tokens.sample import sampled_rows

#: Columns of so many bytes are encoded by `tokenizers` as long as gigatoken is not loaded, which
#: takes longer: a newcomer's ten documents.
_SMALL_BYTES = 1 << 16

#: Longer documents are cut into pieces. `tokenizers` answers with about 100 bytes for each token,
#: and gigatoken can be refreshed between two pieces.
_PIECE_BYTES = 1 << 20

Ids = NDArray[np.uint16] | NDArray[np.uint32]


class Encoded(NamedTuple):
    """The tokens of N documents; document i has `ids[offsets[i]:offsets[i + 1]]`."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    ids: Ids
    """uint16[T] when the vocabulary has at most 65,536 ids, else uint32[T]."""


@dataclasses.dataclass(frozen=True)
class EncodeOptions:
    """How documents become tokens."""

    eos_token: str | None = "<|endoftext|>"
    """Token put after each document; null puts none."""
    control_tokens: tuple[str, ...] | None = None
    """Added tokens that no text turns into, besides those marked special; null goes by their names,
    see `definition.control_token_names`."""
    engine: Literal["auto", "gigatoken", "tokenizers"] = "auto"
    """`auto` takes gigatoken where it gives the same ids, else `tokenizers`."""
    check_one_in: int = 64
    """One document of so many is encoded by both engines; at least one of every column."""
    check_max_bytes: int = 262_144
    """Most bytes of one column that are encoded twice; of a longer document, only so many."""

    def __post_init__(self) -> None:
        if self.engine not in ("auto", "gigatoken", "tokenizers"):
            raise ValueError(
                f"engine must be auto, gigatoken or tokenizers, got {self.engine!r}; choose one"
            )
        if self.check_one_in < 1:
            raise ValueError(f"check_one_in must be at least 1, got {self.check_one_in}; 1 is all")
        if self.check_max_bytes < 1024:
            raise ValueError(
                f"check_max_bytes must be at least 1024, got {self.check_max_bytes}; raise it"
            )


@dataclasses.dataclass(frozen=True)
class TokenizerFacts:
    """What is known of a tokenizer once it was opened; it depends on its bytes and the options."""

    vocab_size: int
    """The largest id + 1, added tokens included."""
    eos_id: int | None
    """Id of `options.eos_token`; null when there is none."""
    control_tokens: tuple[str, ...]
    """Names of the tokens that no text turns into, sorted."""
    engine: str
    """The engine that encodes, "gigatoken" or "tokenizers"."""
    engine_reason: str
    """One line that says why it is this one."""
    cut_before: str
    """Characters before which a long document may be cut behind a letter; empty: it stays whole."""
    cut_drops: bool
    """The blank at a cut is left out, for the tokenizer puts one before each text."""
    uncut_reason: str
    """Why long documents are encoded whole; empty where they are cut."""

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "TokenizerFacts":
        """Returns the facts that `dataclasses.asdict` has written, after a way through JSON."""
        return cls(**{**fields, "control_tokens": tuple(fields["control_tokens"])})

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of ids: uint16 when `vocab_size` is at most 65,536, else uint32."""
        return np.dtype(np.uint16 if self.vocab_size <= 65_536 else np.uint32)


class TokenEncoder:
    """A tokenizer.json, ready to encode. Build it with `load_tokenizer` or `tokenizer_from_json`.

    Attributes:
        sha256: of the file's bytes, 64 hex digits.
        facts: what this tokenizer is.
        dtype, eos_id: as in `facts`.
    """

    def __init__(
        self,
        text: str,
        sha256: str,
        options: EncodeOptions,
        name: str,
        facts: TokenizerFacts | None = None,
    ) -> None:
        definition = parse_definition(text, name)
        self.options = options
        self.sha256 = sha256
        controls = control_token_names(definition, options.eos_token, options.control_tokens, name)
        self._reference = Reference(definition, controls, name)
        self._load_fast: Callable[[], Gigatoken] | None = None
        if facts is None:
            eos_id = self._eos_id(name)
            self._fast, reason = self._choose_engine(definition, controls)
            engine = "tokenizers" if self._fast is None else "gigatoken"
            size = self._reference.vocab_size
            cuts = safe_cuts(definition, controls)
            names = tuple(sorted(controls))
            facts = TokenizerFacts(size, eos_id, names, engine, reason, *cuts)
        else:
            self._fast = None
            if facts.engine == "gigatoken":
                self._load_fast = functools.partial(Gigatoken.known, definition, controls)
        self.facts = facts
        self.dtype = facts.dtype
        self.eos_id = facts.eos_id

    def encode(self, texts: pa.Array) -> Encoded:
        """Encodes N documents and checks a sample of them.

        Names of control tokens in a text are ordinary text. A null text has no token and no end of
        document; an empty text has the end of document alone.

        Args:
            texts: N documents, type `string`.

        Raises:
            EngineError: the engines differ on a sampled document.
        """
        texts = as_texts(texts)
        borders = utf8_buffers(texts).offsets
        if self._load_fast is not None and borders[-1] - borders[0] > _SMALL_BYTES:
            self._fast, self._load_fast = self._load_fast(), None
        offsets, ids = self._ids(texts)
        encoded = self._finish(texts, offsets, ids)
        if self._fast is not None:
            self.check(texts, encoded)
        return encoded

    def check(self, texts: pa.Array, encoded: Encoded) -> int:
        """Compares the ids of sampled documents with those that `tokenizers` gives.

        Of a document longer than `check_max_bytes` the beginning is encoded by both engines anew,
        for its tokens may end elsewhere than the whole document's.

        Returns:
            How many documents were compared: at least one, unless there is no text.

        Raises:
            EngineError: the ids differ; the message names the document's index in `texts`.
        """
        limit = self.options.check_max_bytes
        rows = sampled_rows(texts, self.options.check_one_in, limit)
        if len(rows) == 0:
            return 0
        sample = texts.take(pa.array(rows))
        if len(rows) == 1 and len(sample[0].as_buffer()) > limit:
            sample = pa.array([_beginning(sample[0].as_buffer().to_pybytes(), limit)], pa.string())
            offsets, ids = self._ids(sample)
            found: list[Ids] = [ids[offsets[0] : offsets[1]]]
        else:
            found = [self._without_eos(encoded, row) for row in rows]
        offsets, ids = self._reference.encode(sample)
        for k, row in enumerate(rows):
            expected = ids[offsets[k] : offsets[k + 1]]
            if not np.array_equal(found[k], expected):
                raise EngineError(
                    f"document {row} of the batch: {self.facts.engine} gives other tokens than "
                    f"tokenizers, first at token {_first_difference(found[k], expected)}; "
                    "set engine to tokenizers"
                )
        return len(rows)

    def decode(self, ids: Ids) -> str:
        """Returns the text of `ids`; control tokens appear under their names."""
        return self._reference.decode(ids)

    def _ids(self, texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Encodes documents of any length; (int64[N + 1], uint32[T])."""
        pieces = cut_long(texts, self.facts.cut_before, _PIECE_BYTES, self.facts.cut_drops)
        if pieces is None:
            return self._ids_of_pieces(texts)
        offsets, ids = self._ids_of_pieces(pieces.texts)
        return offsets[pieces.first], ids

    def _ids_of_pieces(self, texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Encodes with the fast engine what it is known to spell as the other does."""
        if self._fast is None:
            return self._reference.encode(texts)
        recent = rows_with_recent_characters(texts)
        if not recent.any():
            return self._fast.encode(texts)
        mask = pa.array(recent)
        nothing = pa.scalar(None, pa.string())
        fast_offsets, fast_ids = self._fast.encode(pc.if_else(mask, nothing, texts))
        slow_offsets, slow_ids = self._reference.encode(texts.filter(mask))
        slow = iter(np.split(slow_ids, slow_offsets[1:-1]))
        # One piece for each run of rows of the fast engine, one for each row of the other.
        parts, row = [], 0
        for each in np.flatnonzero(recent).tolist():
            parts += [fast_ids[fast_offsets[row] : fast_offsets[each]], next(slow)]
            row = each
        parts.append(fast_ids[fast_offsets[row] :])
        lengths = np.diff(fast_offsets)
        lengths[recent] = np.diff(slow_offsets)
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return offsets, np.concatenate(parts)

    def _without_eos(self, encoded: Encoded, row: int) -> Ids:
        ids = encoded.ids[encoded.offsets[row] : encoded.offsets[row + 1]]
        return ids if self.eos_id is None else ids[:-1]

    def _finish(
        self, texts: pa.Array, offsets: NDArray[np.int64], ids: NDArray[np.uint32]
    ) -> Encoded:
        """Narrows the ids and puts the end of document after each text that is not null."""
        ends = np.ones(len(texts), np.bool_)
        if texts.null_count:
            ends = texts.is_valid().to_numpy(zero_copy_only=False)
        if self.eos_id is None:
            ends[:] = False
        out_offsets = np.zeros(len(offsets), np.int64)
        np.cumsum(np.diff(offsets) + ends, out=out_offsets[1:])
        out = np.empty(int(out_offsets[-1]), self.dtype)
        _copy_with_ends(ids, offsets, ends, out, out_offsets, self.eos_id or 0)
        return Encoded(out_offsets, out)

    def _eos_id(self, name: str) -> int | None:
        token = self.options.eos_token
        if token is None:
            return None
        id_ = self._reference.token_id(token)
        if id_ is None:
            raise ConfigError(
                f"eos_token {token!r} is not in {name}; "
                "name the tokenizer's own end-of-document token"
            )
        return id_

    def _choose_engine(
        self, definition: dict[str, Any], controls: frozenset[str]
    ) -> tuple[Gigatoken | None, str]:
        wanted = self.options.engine
        if wanted == "tokenizers":
            return None, "tokenizers was asked for"
        fast, refusal = Gigatoken.load(definition, controls, self._reference)
        if fast is None and wanted == "gigatoken":
            raise ConfigError(f"engine gigatoken: {refusal}; set engine to auto or tokenizers")
        if fast is None:
            return None, f"tokenizers, because {refusal}"
        return fast, "gigatoken gives the ids of tokenizers on every probe text"


def load_tokenizer(
    path: str | Path,
    sha256: str | None = None,
    options: EncodeOptions | None = None,
    facts: TokenizerFacts | None = None,
) -> TokenEncoder:
    """Opens a tokenizer.json for encoding. It takes about a second; keep the result.

    Args:
        path: any file in the format of the `tokenizers` library.
        sha256: the digest the file must have, 64 hex digits; null accepts any.
        options: null takes the defaults.
        facts: of an encoder of these very bytes and options; null finds them out anew.

    Raises:
        ResourceError: the file is missing, has another digest or is not a tokenizer.json.
        ConfigError: the options do not go with the tokenizer (no such `eos_token`; `gigatoken`
            asked for and unable).
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ResourceError(
            f"tokenizer {path} cannot be read ({error.strerror}); give the path of a tokenizer.json"
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if sha256 is not None and digest != sha256.lower():
        raise ResourceError(
            f"tokenizer {path} has sha256 {digest}, not {sha256}; "
            "restore the file that was named or change the digest"
        )
    return tokenizer_from_json(data, options, str(path), facts)


def tokenizer_from_json(
    data: bytes,
    options: EncodeOptions | None = None,
    name: str = "the tokenizer",
    facts: TokenizerFacts | None = None,
) -> TokenEncoder:
    """Makes an encoder of the bytes of a tokenizer.json; `name` stands in messages.

    >>> from corpus_pipeline.tokens.train import train_tokenizer
    >>> trained = train_tokenizer([pa.array(["ab ab 中文 中文"])], vocab_size=264)
    >>> encoder = tokenizer_from_json(trained.encode())
    >>> offsets, ids = encoder.encode(pa.array(["ab", None, ""]))
    >>> offsets.tolist(), ids.dtype.name, encoder.decode(ids)
    ([0, 2, 2, 3], 'uint16', 'ab<|endoftext|><|endoftext|>')
    """
    if (kind := kind_of(data)) is not None:
        raise ResourceError(
            f"{name} is not a tokenizer.json: it has the format of {kind}; make one of it: "
            "corpus convert-tokenizer"
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ResourceError(f"{name} is not a tokenizer.json: not UTF-8 ({error})") from error
    digest = hashlib.sha256(data).hexdigest()
    return TokenEncoder(text, digest, options or EncodeOptions(), name, facts)


def _beginning(data: bytes, size: int) -> str:
    """The first `size` bytes of UTF-8, less a character that is cut."""
    return data[:size].decode(errors="ignore")


def _first_difference(a: Ids, b: Ids) -> int:
    shorter = min(len(a), len(b))
    different = np.flatnonzero(a[:shorter] != b[:shorter])
    return int(different[0]) if len(different) else shorter


@kernel
def _copy_with_ends(ids, offsets, ends, out, out_offsets, eos_id):  # type: ignore[no-untyped-def]
    """Copies uint32 `ids` to `out` (uint16 or uint32) and writes `eos_id` where `ends` says so."""
    for row in range(len(offsets) - 1):
        k = out_offsets[row]
        for i in range(offsets[row], offsets[row + 1]):
            out[k] = ids[i]
            k += 1
        if ends[row]:
            out[k] = eos_id
