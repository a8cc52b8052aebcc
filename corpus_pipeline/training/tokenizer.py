"""`corpus train-tokenizer` and `corpus convert-tokenizer`."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.option_types import parse_size
from corpus_pipeline.tokens.encode import EncodeOptions, tokenizer_from_json
from corpus_pipeline.tokens.foreign import load_definition
from corpus_pipeline.tokens.train import train_tokenizer
from corpus_pipeline.tokens.weighted_sample import Candidates, SampleOptions, Share, chosen_texts
from corpus_pipeline.training.named_texts import NamedTexts
from corpus_pipeline.training.texts import refuse_existing


def train_tokenizer_file(
    inputs: Sequence[str],
    output: Path,
    text_field: str,
    overwrite: bool,
    sample: SampleOptions,
    **settings: Any,
) -> list[str]:
    """Trains a byte-level BPE and writes its tokenizer.json; returns lines about it.

    The inputs are read twice: first the sample is chosen, then it is learnt from.

    Args:
        inputs: `SOURCE=INPUT` or `INPUT`, dataset folders or raw files. An input without a name is
            a source by itself, a dataset as many as it has.
        output: file to write.
        text_field: key or column of the text in raw files.
        overwrite: replace a file of that name.
        sample: how large the sample is, and what each source gives.
        settings: further arguments of `train_tokenizer`.

    Raises:
        ConfigError: the file exists, a setting breaks a rule, weights and sources differ, or no
            document fits into the sample.
        InputError: there is no text.
    """
    refuse_existing(output, overwrite)
    candidates = Candidates(sample)
    texts = [NamedTexts.of(each, text_field) for each in inputs]
    for each in texts:
        for source, column in each.columns():
            candidates.add(source, column)
    shares = candidates.choose()
    again = (NamedTexts.of(each, text_field) for each in inputs)
    chosen = (
        part
        for each in again
        for source, column in each.columns()
        for part in chosen_texts(source, column, shares, sample.seed)
    )
    trained = train_tokenizer(chosen, **settings)
    storage.write_bytes(output, trained.encode())
    return [*_sample_lines(shares, bool(sample.weights)), _said(trained, settings, texts, output)]


def _sample_lines(shares: Mapping[str, Share], weighted: bool) -> Iterator[str]:
    whole = sum(share.bytes for share in shares.values())
    for source, share in shares.items():
        empty = _unfilled(share.bytes, share.most_bytes, "its share") if weighted else ""
        yield (
            f"sample: {source}: {share.documents:,} documents, {share.bytes:,} of its "
            f"{share.of_bytes:,} bytes ({100 * share.bytes / whole:.1f} %){empty}"
        )
    if not weighted and (empty := _unfilled(whole, max(s.most_bytes for s in shares.values()), "")):
        yield f"sample: {whole:,} bytes{empty}"


def _unfilled(given: int, most: int, whose: str) -> str:
    """Says what part of a share is not filled, from a hundredth on.

    >>> _unfilled(60, 80, "its share"), _unfilled(80, 80, "")
    ('; 25.0 % of its share stay empty, for no document is small enough', '')
    """
    if most - given < max(most / 100, 1):
        return ""
    part = 100 * (most - given) / most
    return f"; {part:.1f} % of {whose or 'it'} stay empty, for no document is small enough"


def _said(
    trained: str, settings: Mapping[str, Any], texts: Sequence[NamedTexts], output: Path
) -> str:
    size, wanted = len(orjson.loads(trained)["model"]["vocab"]), settings["vocab_size"]
    fewer = "" if size == wanted else f" of the {wanted:,} asked for: the text has no more"
    read = "; ".join(str(each.texts) for each in texts)
    return (
        f"{output}: written, {size:,} tokens{fewer}, from {read}; name it in the configuration as "
        "tokenize.tokenizer"
    )


def convert_tokenizer_file(
    source: Path,
    output: Path,
    pattern: str | None,
    special_tokens: Sequence[str],
    overwrite: bool,
) -> list[str]:
    """Writes the tokenizer.json of a tokenizer of another library; returns lines about it.

    Args:
        source: of any format that `load_definition` knows.
        output: file to write.
        pattern: how a file of tiktoken, or vocab.json and merges.txt, cut text; None for
            published ones.
        special_tokens: NAME=ID, each; none for those that the file is known to have.
        overwrite: replace a file of that name.

    Raises:
        ConfigError: the file exists, or the options do not fit the format.
        ResourceError: the source cannot be read.
    """
    refuse_existing(output, overwrite)
    named = dict(map(_name_and_id, special_tokens)) or None
    text = load_definition(source, pattern, named).encode()
    facts = tokenizer_from_json(text, EncodeOptions(eos_token=None), str(source)).facts
    storage.write_bytes(output, text)
    long = "are cut" if not facts.uncut_reason else f"stay whole, because {facts.uncut_reason}"
    return [
        f"{facts.vocab_size:,} ids, of which {len(facts.control_tokens)} are control tokens",
        f"engine: {facts.engine_reason}",
        f"long documents {long}",
    ]


def _name_and_id(token: str) -> tuple[str, int]:
    """Reads `<|endoftext|>=100257`.

    >>> _name_and_id("<a=b>=7")
    ('<a=b>', 7)
    """
    name, _, number = token.rpartition("=")
    if not name or not number.isdecimal():
        raise ConfigError(
            f"--special-token {token!r}: is no name with its id; write it as '<|endoftext|>=100257'"
        )
    return name, int(number)


def sample_options(
    sample_bytes: str, memory: str, weights: Sequence[str], seed: int
) -> SampleOptions:
    """Reads the options of the sample as they are written on the command line.

    Raises:
        ConfigError: a size or a weight is none.

    >>> sample_options("5MB", "1GiB", ["zh=30", "en=70"], 0).weights
    {'zh': 30, 'en': 70}
    """
    shares: dict[str, int] = {}
    for each in weights:
        source, _, share = each.rpartition("=")
        if not source or not share.isdecimal() or source in shares:
            raise ConfigError(
                f"--weights {each!r}: is no source with its share, or names one twice; write "
                "zh=30, an integer"
            )
        shares[source] = int(share)
    try:
        return SampleOptions(parse_size(sample_bytes), parse_size(memory), shares, seed)
    except ValueError as error:
        raise ConfigError(f"train-tokenizer: {error}") from error
