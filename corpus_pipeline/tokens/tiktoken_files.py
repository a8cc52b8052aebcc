"""Files of ranks of tiktoken, and pairs of files like GPT-2's, as the text of a tokenizer.json.

    IQ== 0                  a token, its bytes in base 64, and its rank, which is its id
    Ig== 1
    …
    IGZpbGU= 1052           " file"

tiktoken merges, of all neighbours in a pre-token whose bytes together are a token, those whose
token has the least rank. A tokenizer.json lists pairs instead; so for each token all pairs are
listed that make it, in the order of ranks. A pre-token that is a token is taken as it is, in both.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.tokens.patterns import PATTERN_NAMES, split_pattern


class _Published(NamedTuple):
    """What a file of ranks does not say."""

    pattern: str
    special_tokens: dict[str, int]


_END = "<|endoftext|>"
_GPT2 = _Published("gpt2", {_END: 50256})

#: sha256 of a published file -> what belongs to it (tiktoken_ext/openai_public.py of tiktoken).
_PUBLISHED = {
    "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930": _GPT2,  # r50k_base
    "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069": _GPT2,  # p50k_base
    "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7": _Published(  # cl100k_base
        "cl100k",
        {
            _END: 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260, "<|endofprompt|>": 100276,
        },
    ),
    "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d": _Published(  # o200k_base
        "o200k", {_END: 199999, "<|endofprompt|>": 200018}
    ),
}  # fmt: skip

#: sha256 of vocab.bpe (the same).
_GPT2_MERGES = "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"


def is_tiktoken(data: bytes) -> bool:
    """Says whether the first line of a file is a token and its rank.

    >>> is_tiktoken(b"IQ== 0\\nIg== 1\\n"), is_tiktoken(b"#version: 0.2"), is_tiktoken(b"a b")
    (True, False, False)
    """
    return _token_and_rank(data.split(b"\n", 1)[0]) is not None


def from_tiktoken(
    data: bytes,
    name: str,
    pattern: str | None = None,
    special_tokens: Mapping[str, int] | None = None,
) -> str:
    """Returns the text of a tokenizer.json that gives the ids of tiktoken.

    Args:
        data: the file of ranks.
        name: the file's name, for messages.
        pattern: name of a published pattern, or a regular expression; None for a published file.
        special_tokens: name -> id; None for those of a published file, or none.

    Raises:
        ResourceError: the file is damaged.
        ConfigError: the file is unknown and no pattern is named; a special token has the id of
            another token.
    """
    published = _PUBLISHED.get(hashlib.sha256(data).hexdigest())
    pattern = _expression(pattern, published, f"{name}: this file of tiktoken")
    if special_tokens is None:
        special_tokens = {} if published is None else published.special_tokens
    ranks = _ranks(data, name)
    taken = set(ranks.values())
    for token, id_ in special_tokens.items():
        if id_ in taken:
            raise ConfigError(f"{name}: special token {token!r} has the id {id_} of another token")
        taken.add(id_)
    letters = byte_letters()
    spelled = {token: "".join(letters[byte] for byte in token) for token in ranks}
    merges = [
        [spelled[left], spelled[right]] for token in ranks for left, right in _pairs(token, ranks)
    ]
    vocab = {spelled[token]: rank for token, rank in ranks.items()}
    return byte_level_bpe(
        vocab, merges, pattern, special_tokens, ignore_merges=True,
    )  # fmt: skip


def _expression(pattern: str | None, published: _Published | None, what: str) -> str:
    """Returns the regular expression of a named pattern, or of a published file.

    Raises:
        ConfigError: neither is there.
    """
    if pattern is None and published is None:
        raise ConfigError(
            f"{what} is not a published one, and does not say how text is cut; name the pattern: "
            f"one of {', '.join(PATTERN_NAMES)}, or an expression"
        )
    name = pattern if pattern is not None else published.pattern  # type: ignore[union-attr]
    return split_pattern(name) if name in PATTERN_NAMES else name


def from_gpt2(
    merges: bytes,
    vocab: bytes,
    name: str,
    pattern: str | None = None,
    special_tokens: Mapping[str, int] | None = None,
) -> str:
    """Returns the text of a tokenizer.json for a pair of files like GPT-2's.

    Other models have such pairs too, and cut text otherwise (RoBERTa, Qwen2); GPT-2's own is known.

    Args:
        merges: vocab.bpe (merges.txt): a pair in each line, below a line with the version.
        vocab: encoder.json (vocab.json): token -> id.
        name: of the first file, for messages.
        pattern: name of a published pattern, or a regular expression; None for GPT-2's files.
        special_tokens: name -> id; None takes `<|endoftext|>` where the vocabulary has it.

    Raises:
        ResourceError: a file is damaged, or tokens are not made of bytes.
        ConfigError: the files are not GPT-2's and no pattern is named; a special token has another
            id in the vocabulary, or the id of another token.
    """
    try:
        ids: dict[str, int] = json.loads(vocab)
        lines = merges.decode().split("\n")
        pairs = [line.split(" ") for line in lines if line and not line.startswith("#version")]
        damaged = any(len(pair) != 2 or "".join(pair) not in ids for pair in pairs)
        damaged |= not all(isinstance(id_, int) for id_ in ids.values())
    except (ValueError, TypeError, AttributeError) as error:
        raise ResourceError(
            f"{name}: is no vocabulary like GPT-2's ({error}); fetch it again"
        ) from (error)
    if damaged:
        raise ResourceError(f"{name}: has pairs that make no token of encoder.json; fetch both")
    if missing := [byte for byte, letter in enumerate(byte_letters()) if letter not in ids]:
        raise ResourceError(
            f"{name}: has no token for the byte {missing[0]}, so its tokens are not made of bytes "
            "as GPT-2's are; take the model's tokenizer.json"
        )
    published = _GPT2 if _is_gpt2(merges, pairs, ids) else None
    expression = _expression(pattern, published, f"{name}: this pair of files")
    if special_tokens is None:
        special_tokens = {_END: ids[_END]} if _END in ids else {}
    taken = {id_: token for token, id_ in ids.items()}
    for token, id_ in special_tokens.items():
        if ids.get(token, id_) != id_ or taken.setdefault(id_, token) != token:
            raise ConfigError(f"{name}: special token {token!r} has the id {id_} of another token")
    ids = {token: id_ for token, id_ in ids.items() if token not in special_tokens}
    return byte_level_bpe(ids, pairs, expression, special_tokens)


def _is_gpt2(merges: bytes, pairs: list[list[str]], ids: Mapping[str, int]) -> bool:
    """Whether the merges are GPT-2's, and the ids follow from them (RoBERTa's do not)."""
    if hashlib.sha256(merges).hexdigest() != _GPT2_MERGES:
        return False
    # Bytes that print come first, then the others.
    letters = sorted(byte_letters())
    tokens = [*letters, *map("".join, pairs), _END]
    return ids == {token: id_ for id_, token in enumerate(tokens)}


def byte_level_bpe(
    vocab: Mapping[str, int],
    merges: list[list[str]],
    pattern: str,
    special_tokens: Mapping[str, int],
    ignore_merges: bool = False,
) -> str:
    """Writes the tokenizer.json of a byte-level BPE.

    Args:
        vocab: token, in letters for bytes, -> id.
        merges: pairs of tokens, the first that is merged first.
        pattern: regular expression of the pre-tokens.
        special_tokens: name -> id.
        ignore_merges: a pre-token that is a token is taken as it is.
    """
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    added = sorted(special_tokens.items(), key=lambda item: item[1])
    content: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": id_, "content": token, **flags, "special": True} for token, id_ in added
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated",
                 "invert": False},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                 "use_regex": False},
            ],
        },
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True,
                    "use_regex": True},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
            "ignore_merges": ignore_merges,
            # Special tokens behind a gap in the ids keep them only as a part of the vocabulary.
            "vocab": {**vocab, **special_tokens},
            "merges": merges,
        },
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False)


def byte_letters() -> list[str]:
    """Returns the letters that stand for the bytes 0 to 255 in a byte-level vocabulary (GPT-2).

    Bytes that print in Latin-1 stand for themselves, the others for letters from U+0100 on.

    >>> letters = byte_letters()
    >>> letters[0x41], letters[0x20], letters[0x0A], len(set(letters))
    ('A', 'Ġ', 'Ċ', 256)
    """
    printed = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printed else next(others)) for byte in range(256)]


def _ranks(data: bytes, name: str) -> dict[bytes, int]:
    """Reads token -> rank, in the order of ranks."""
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(data.splitlines(), 1):
        found = _token_and_rank(line)
        if found is None and line:
            raise ResourceError(
                f"{name}: line {number} is no token in base 64 with its rank; fetch the file again"
            )
        if found is not None:
            ranks[found[0]] = found[1]
    if missing := [byte for byte in range(256) if bytes([byte]) not in ranks]:
        raise ResourceError(f"{name}: has no token for the byte {missing[0]}; fetch the file again")
    if len(set(ranks.values())) < len(ranks):
        raise ResourceError(f"{name}: two tokens have one rank; fetch the file again")
    return dict(sorted(ranks.items(), key=lambda item: item[1]))


def _token_and_rank(line: bytes) -> tuple[bytes, int] | None:
    token, _, rank = line.partition(b" ")
    try:
        return base64.b64decode(token, validate=True), int(rank)
    except (ValueError, binascii.Error):
        return None


def _pairs(token: bytes, ranks: Mapping[bytes, int]) -> list[tuple[bytes, bytes]]:
    """The pairs of tokens that make a token; where there are several, that of low ranks first."""
    pairs = ((token[:i], token[i:]) for i in range(1, len(token)))
    found = [pair for pair in pairs if pair[0] in ranks and pair[1] in ranks]
    return sorted(found, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))
