"""The two engines behind one call: a column in, (offsets int64[N + 1], ids uint32[T]) out.

Neither adds a control token nor finds one in a text; see definition.py.
"""

import functools
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tokenizers import Tokenizer

from corpus_pipeline.errors import ConfigError, EngineError, ResourceError
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.tokens.definition import (
    UNREACHABLE,
    byte_name_stand_ins,
    renamed,
    steps_of,
    without_byte_names,
    without_control_tokens,
)
from corpus_pipeline.tokens.threads import keep_to_one_thread
from corpus_pipeline.tokens.tiktoken_files import byte_letters

#: Bytes of text handed to `tokenizers` at once: it answers with an object of about 100 bytes for
#: each token.
_REFERENCE_CHUNK_BYTES = 1 << 20

#: gigatoken remembers every pre-token it meets and never forgets one: 4 bytes for each byte of
#: Chinese, 8 for each of random letters (measured with 0.10). It is loaded afresh after so many
#: bytes of text, which bounds its memory at about 1 GB in the worst case.
_GIGATOKEN_REFRESH_BYTES = 128 << 20

#: Bytes of text handed to gigatoken at once; it is refreshed between two such parts.
_GIGATOKEN_CHUNK_BYTES = 32 << 20

#: Texts on which the engines must agree before gigatoken is used: contractions, numbers, spaces,
#: scripts with and without spaces, combining marks, emoji, control characters, code.
_PROBES = (
    "Hello world",
    " I'll SAY it's HE'LL'VE 'd 's''s ain't",
    "1 12 123 1234 1234567 3.14 1,000,000 ²³ ½ ٣٤٥ १२३",
    "  two  three   \t tab\n\nline \r\n  end \n ",
    "中华人民共和国，2024年12月31日。“引号”《书》、第十二条：",
    "ひらがなカタカナ漢字 한국어 ภาษาไทย ភាសាខ្មែរ မြန်မာ",
    "e\u0301 n\u0303o \u0e33 \u0915\u094d\u0937 \u05e9\u05b8\u05dc \u05d5\u05b9\u05dd \u0300\u0301",
    "\u0483\u0484\u0487\u0591\u05bd\u0610\u061a\u0816\u0819\u1ab0\u20d0\u302a\ua66f\ufe20",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇳 e👍🏽",
    "\x00\x01\x1f\x7f\x85\xa0\u200b\u2028\u2029\u3000\ufeff\ufffd\uffff",
    "def f(x):\n    return x**2  # _private __init__ camelCase HTMLParser\n\tif(x!=y){};//\n",
    "http://example.com/a?b=c&d=%20#e a@b.org ---===*** ... !!! ?!\n\n\n",
    "Ünïcödé ÀÉÎ ǅ ſ K İ ı ß ΑΒΓ Ωμέγα Привет ЁЖ שלום مرحبا",
    "a" * 300 + " " * 70 + "\n" * 40 + "中" * 200,
    "𝒜𝓁𝓅𝒽𝒶 𐍈𐌰 𠀀𠀁 \U0010ffff",
    "''' 'S 'LL'Re “’s” ’s ’t",
    "",
    " ",
    "\n",
)


#: Tokens of a vocabulary that are looked at for further such texts.
_MOST_TOKENS_TRIED = 8192


class Reference:
    """The `tokenizers` library: what it says is what a tokenizer.json means.

    Attributes:
        vocab_size: the largest id + 1, added tokens included.
    """

    def __init__(self, definition: dict[str, Any], controls: frozenset[str], name: str) -> None:
        keep_to_one_thread()
        self._definition = definition
        self._controls = controls
        # Such a model finds its pieces in the text, whatever they are called.
        model = definition["model"]
        self._looks_up = model.get("type") != "BPE" or bool(model.get("ignore_merges"))
        self._built: dict[tuple[int, str | None], Tokenizer] = {}
        self._stand_ins: list[str] = []
        try:
            self._tokenizer = self._usual = self._build(1, None)
            self._stand_ins = byte_name_stand_ins(definition)
            if self._stand_ins:
                self._usual = self._build(1, self._stand_ins[0])
            self._refuse_empty_tokens(name)
        except BaseException as error:  # the library raises bare Exception
            if isinstance(error, ConfigError) or not _of_library(error):
                raise
            raise ResourceError(
                f"{name} cannot be loaded by the tokenizers library ({_line(error)}); "
                "save it again with a version this package supports"
            ) from error

    def _refuse_empty_tokens(self, name: str) -> None:
        """An added token that normalises to nothing would be found at every place, without end.

        Raises:
            ConfigError: there is one.
        """
        normalizer = self._tokenizer.normalizer
        for token in self._tokenizer.get_added_tokens_decoder().values():
            if token.normalized and normalizer and not normalizer.normalize_str(token.content):
                raise ConfigError(
                    f"{name}: its normalizer leaves nothing of its added token {token.content!r}; "
                    'set "normalized": false there, or take the token out'
                )

    def _build(self, depth: int, stand_in: str | None) -> Tokenizer:
        """Loads the definition so that no text spells a control token, nor the name of a byte.

        Args:
            depth: as in `without_control_tokens`.
            stand_in: as in `without_byte_names`; None lets the names of bytes be found in text.
        """
        content = without_control_tokens(self._definition, self._controls, True, depth)
        if stand_in is not None:
            content = without_byte_names(content, stand_in)
        tokenizer = Tokenizer.from_str(json.dumps(content))
        tokenizer.encode_special_tokens = True
        return tokenizer

    def token_id(self, token: str) -> int | None:
        """Looks up a token by its name; null when there is none."""
        return self._ids.get(renamed(token, self._controls))

    def encode(self, texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Encodes N texts; a null is an empty text.

        Raises:
            EngineError: the library breaks off.
        """
        lengths = np.zeros(len(texts), np.int64)
        parts = [np.zeros(0, np.uint32)]
        for start, stop in _chunks(utf8_buffers(texts).offsets, _REFERENCE_CHUNK_BYTES):
            strings = texts.slice(start, stop - start).fill_null("").to_pylist()
            try:
                encodings = self._encoded(strings)
            except BaseException as error:
                if not _of_library(error):
                    raise
                raise EngineError(
                    f"documents {start} to {stop - 1} of the batch: the tokenizers library breaks "
                    f"off ({_line(error)}); take another tokenizer, or drop what its file does "
                    "to text"
                ) from error
            for k, encoding in enumerate(encodings, start):
                ids = np.array(encoding.ids, np.uint32)
                lengths[k] = len(ids)
                parts.append(ids)
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return offsets, np.concatenate(parts)

    def _encoded(self, strings: list[str]) -> list[Any]:
        found: list[Any] = self._usual.encode_batch_fast(strings, add_special_tokens=False)
        doubtful = [UNREACHABLE] * self._looks_up + self._stand_ins[:1]
        for k, string in enumerate(strings):
            if any(c in string for c in doubtful):
                found[k] = self._suited(string).encode(string, add_special_tokens=False)
        return found

    def _suited(self, string: str) -> Tokenizer:
        """The tokenizer for a text with characters that stand for something else here."""
        runs = (len(run) for run in re.findall(f"{UNREACHABLE}+", string))
        stand_in = next((c for c in self._stand_ins if c not in string), None)
        key = (max(runs, default=0) + 1, stand_in)
        if key not in self._built:
            # Few texts have such characters; of those with many in a row none is kept for long.
            self._built = {**dict(list(self._built.items())[-3:]), key: self._build(*key)}
        return self._built[key]

    def decode(self, ids: NDArray[Any]) -> str:
        """Returns the text of `ids`; control tokens appear under their names."""
        text: str = self._original.decode(ids.tolist(), skip_special_tokens=False)
        return text

    @property
    def vocab_size(self) -> int:
        """The largest id + 1, added tokens included."""
        return max(self._ids.values(), default=-1) + 1

    @functools.cached_property
    def _ids(self) -> dict[str, int]:
        ids: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=True)
        return ids

    @functools.cached_property
    def _original(self) -> Tokenizer:
        """The tokenizer with its control tokens, which only decoding needs."""
        return Tokenizer.from_str(json.dumps(self._definition))


class Gigatoken:
    """gigatoken: the same ids, from Arrow buffers and without Python objects for documents."""

    def __init__(self, plain_json: str) -> None:
        """Loads a definition that gigatoken is known to agree on; use `load` or `known`."""
        self._json = plain_json
        self._refresh()

    @classmethod
    def known(cls, definition: dict[str, Any], controls: frozenset[str]) -> "Gigatoken":
        """Returns the engine for a definition on which it was seen to agree."""
        return cls(json.dumps(without_control_tokens(definition, controls, keep_entries=False)))

    @classmethod
    def load(
        cls, definition: dict[str, Any], controls: frozenset[str], reference: Reference
    ) -> tuple["Gigatoken | None", str]:
        """Returns the engine, or null and the reason why it cannot be used."""
        try:
            engine = cls.known(definition, controls)
        except BaseException as error:  # it raises RuntimeError, ValueError and others
            if not _of_library(error):
                raise
            return None, f"gigatoken cannot load this tokenizer ({_line(error)})"
        if not _has_known_steps(definition):
            return None, "gigatoken is not known to cut text as its normalizer and pre-tokenizer do"
        added = [token["content"] for token in definition.get("added_tokens") or []]
        probes = [*_PROBES, *(f"x{name} {name}{name}y" for name in [*added, *sorted(controls)])]
        column = pa.array([*probes, *_mixed_tokens(definition)], pa.string())
        offsets, ids = engine.encode(column)
        expected_offsets, expected = reference.encode(column)
        if not (np.array_equal(offsets, expected_offsets) and np.array_equal(ids, expected)):
            return None, "gigatoken gives other ids than tokenizers on a probe text"
        return engine, ""

    def encode(self, texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Encodes N texts; a null is an empty text."""
        # Imported here: awkward takes 0.2 s, and `tokenizers` alone does without.
        import awkward as ak

        data, offsets = utf8_buffers(texts)
        characters = ak.contents.NumpyArray(data, parameters={"__array__": "byte"})
        lengths = np.zeros(len(texts), np.int64)
        parts = [np.zeros(0, np.uint32)]
        for start, stop in _chunks(offsets, _GIGATOKEN_CHUNK_BYTES):
            size = int(offsets[stop] - offsets[start])
            if self._encoded_bytes + size > _GIGATOKEN_REFRESH_BYTES:
                self._refresh()
            self._encoded_bytes += size
            # gigatoken takes no 32-bit offsets.
            starts = ak.index.Index64(offsets[start : stop + 1].astype(np.int64))
            strings = ak.contents.ListOffsetArray(
                starts, characters, parameters={"__array__": "bytestring"}
            )
            tokens = self._engine.encode_batch(ak.Array(strings), parallel=False).layout
            lengths[start:stop] = np.diff(np.asarray(tokens.offsets.data, np.int64))
            parts.append(np.asarray(tokens.content.data, np.uint32))
        ids = parts[1] if len(parts) == 2 else np.concatenate(parts)
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]), ids

    def _refresh(self) -> None:
        from gigatoken.gigatoken_rs import load_hf_json

        self._engine = load_hf_json(self._json)
        self._encoded_bytes = 0


def _has_known_steps(definition: dict[str, Any]) -> bool:
    """Whether text is cut in one of the ways that gigatoken was seen to follow.

    What it does not know of a sequence it passes over without a word (0.10).

    >>> plain, cuts = ({"type": "ByteLevel", "use_regex": regex} for regex in (False, True))
    >>> split = {"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Isolated"}
    >>> sequences = ([split, plain], [cuts], [split, {"type": "Digits"}, plain], [split, cuts])
    >>> [_has_known_steps({"model": {}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": s}})
    ...  for s in sequences]
    [True, True, False, False]
    """
    before = steps_of(definition.get("pre_tokenizer"), "pretokenizers")
    normal = steps_of(definition.get("normalizer"), "normalizers")
    if before and before[-1]["type"] == "ByteLevel":
        if any(step["type"] != "NFC" for step in normal):
            return False
        if len(before) == 1:
            return bool(before[0].get("use_regex", True))
        split, last = before[0], before[-1]
        way = split.get("behavior"), bool(split.get("invert"))
        return (
            [step["type"] for step in before] == ["Split", "ByteLevel"]
            and "Regex" in split["pattern"]
            and way in (("Isolated", False), ("Removed", True))
            and not last.get("use_regex", True)
        )
    # As SentencePiece's models are written: a ▁ for blanks, and bytes for what is unknown. Gemma's
    # parts at blanks besides, of which none is left.
    shown = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    known = all(step["type"] == "Prepend" or step == shown for step in normal)
    at_blanks = shown in normal and all(
        step["type"] == "Split" and step["pattern"] == {"String": " "} for step in before
    )
    alone = [step["type"] for step in before] in ([], ["Metaspace"])
    return bool(definition["model"].get("byte_fallback")) and known and (alone or at_blanks)


def _mixed_tokens(definition: dict[str, Any]) -> list[str]:
    """Texts of tokens of which a pre-tokenizer may part the characters: letters, marks, digits.

    Returns:
        Of some thousand tokens, evenly spread over the vocabulary, those that are so.

    >>> _mixed_tokens({"model": {"vocab": {"ab": 0, "▁a": 1, ",b": 2, "中1": 3}}})
    [' a', ',b', '中1']
    """
    vocab = definition["model"].get("vocab")
    names = list(vocab if isinstance(vocab, dict) else [])
    names = names[:: len(names) // _MOST_TOKENS_TRIED + 1]
    before = steps_of(definition.get("pre_tokenizer"), "pretokenizers")
    if any(step["type"] == "ByteLevel" for step in before):
        byte_of = {letter: byte for byte, letter in enumerate(byte_letters())}
        spelt = (bytes(byte_of[c] for c in name if c in byte_of) for name in names)
        texts = [each.decode(errors="ignore") for each in spelt]
    else:
        texts = [name.replace("▁", " ") for name in names]
    return [text for text in texts if len({unicodedata.category(c)[0] for c in text}) > 1]


def _of_library(error: BaseException) -> bool:
    """Whether a library written in Rust gave up: an Exception, or a panic, which is none."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]


def _chunks(offsets: NDArray[np.int32], max_bytes: int) -> Iterator[tuple[int, int]]:
    """Cuts rows into ranges of at most `max_bytes`, or of one row that is longer."""
    start, count = 0, len(offsets) - 1
    while start < count:
        limit = int(offsets[start]) + max_bytes
        stop = int(np.searchsorted(offsets, limit, side="right")) - 1
        stop = max(stop, start + 1)
        yield start, stop
        start = stop
