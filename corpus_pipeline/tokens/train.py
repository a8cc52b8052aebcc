"""Training of a byte-level BPE tokenizer.

    text ──split──► pre-tokens ──bytes──► symbols ──merges──► tokens

Every byte is a token, so every text can be encoded and decoded without loss; a merge never crosses
a pre-token.

The trainer takes time by the square of a pre-token's length, and memory by the bytes of all that
differ. So while it learns, and only then, long pre-tokens are cut: after 16 characters of a script
without blanks, after 64 of anything else.
"""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.tokens.patterns import split_pattern
from corpus_pipeline.tokens.threads import keep_to_one_thread

#: Scripts without blanks between words, as Oniguruma names them.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"

#: Characters after which a pre-token is cut in training. Of 26 MB of Chinese laws 24 cost nothing,
#: 12 a hundredth, 8 three hundredths of the bytes per token; 0.9 MB of Han in one run took more
#: than 150 s uncut, and 1.6 s with 16 (docs/tokenizers.md).
_MOST_UNSPACED = 16
_MOST = 64

#: Bytes in the alphabet of byte-level BPE.
_ALPHABET_SIZE = 256


def train_tokenizer(
    texts: Iterable[pa.Array],
    vocab_size: int = 32_000,
    special_tokens: Sequence[str] = ("<|endoftext|>",),
    min_frequency: int = 2,
    max_token_bytes: int = 32,
    pattern: str = "llama3",
    digits: str | None = None,
) -> str:
    """Trains a byte-level BPE tokenizer and returns the text of its tokenizer.json.

    The result is a function of the multiset of texts and the options, for one version of the
    `tokenizers` library: neither the order of the texts, nor how they are cut into columns, nor the
    number of threads changes a byte. Runs on one thread. Null texts count as nothing.

    Args:
        texts: columns of Arrow type `string`.
        vocab_size: most tokens, special tokens included; fewer result when the texts hold no
            further pair that is frequent enough.
        special_tokens: they get the ids 0, 1, ... and never arise from text.
        min_frequency: least number of occurrences of a pair that is merged.
        max_token_bytes: longest token that is learned, in bytes of UTF-8. A bound keeps the
            formulas of a small training set (whole titles of laws) out of the vocabulary.
        pattern: how text is cut into pre-tokens, one of `patterns.PATTERN_NAMES`. In all of them a
            run of letters, and so a Chinese clause, is one, in which any merge may be learned.
        digits: "1", "3" or "all" in a pre-token; null cuts them as the pattern was published.

    Raises:
        ConfigError: the vocabulary has no room for the bytes and the special tokens, or a special
            token is empty or given twice; there is no such pattern.

    >>> text = train_tokenizer([pa.array(["low lower lowest", "中文中文"])], vocab_size=270)
    >>> Tokenizer.from_str(text).encode("low中文").tokens[0]
    'low'
    """
    least = _ALPHABET_SIZE + len(special_tokens)
    if vocab_size < least:
        raise ConfigError(
            f"vocab_size must be at least {least} (256 bytes and {len(special_tokens)} special "
            f"tokens), got {vocab_size}; raise vocab_size"
        )
    if len(set(special_tokens)) < len(special_tokens) or not all(special_tokens):
        raise ConfigError(
            f"special_tokens must be distinct and not empty, got {list(special_tokens)}; "
            "name each once"
        )
    split = pre_tokenizers.Split(Regex(split_pattern(pattern, digits)), behavior="isolated")
    to_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    keep_to_one_thread()
    tokenizer = Tokenizer(models.BPE())
    bounds = [pre_tokenizers.Split(Regex(each), behavior="isolated") for each in _bounds()]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, *bounds, to_bytes])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        # The library's bound is exclusive.
        max_token_length=max_token_bytes + 1,
        special_tokens=list(special_tokens),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_lists_of_strings(texts), trainer=trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, to_bytes])
    result: str = tokenizer.to_str()
    return result


def _bounds() -> tuple[str, str]:
    """Patterns of pieces of a pre-token; what stands before a run of letters stays with it."""
    long_run = rf"[^{_UNSPACED}]*[{_UNSPACED}]{{{_MOST_UNSPACED}}}(?=[{_UNSPACED}])"
    return long_run, rf"[\s\S]{{1,{_MOST}}}"


def _lists_of_strings(texts: Iterable[pa.Array]) -> Iterator[list[str]]:
    for column in texts:
        yield column.drop_null().to_pylist()
