"""Commands that make models: train-…, convert-tokenizer, calibrate."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_pipeline.cli.help import example

ReplaceOption = Annotated[bool, typer.Option("--overwrite", help="Replace OUTPUT if it exists.")]


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command(
        "train-classifier",
        epilog=example(
            "corpus train-classifier good=clean/ bad=raw.jsonl --output model.bin",
            "corpus train-classifier law=laws/ shop=web/ --output zh.bin --split-characters",
        ),
    )(train_classifier)
    app.command(
        "train-tokenizer",
        epilog=example(
            "corpus train-tokenizer clean/ tokenizer.json --vocab-size 32000",
            "corpus train-tokenizer zh=zh/ en=en/ t.json --weights zh=30 --weights en=70",
        ),
    )(train_tokenizer)
    app.command(
        "convert-tokenizer",
        epilog=example(
            "corpus convert-tokenizer cl100k_base.tiktoken tokenizer.json",
            "corpus convert-tokenizer tokenizer.model tokenizer.json",
        ),
    )(convert_tokenizer)
    app.command(
        "tokenizer-report",
        epilog=example("corpus tokenizer-report mine.json cl100k_base.tiktoken --on clean/"),
    )(tokenizer_report)
    app.command(
        "train-lm",
        epilog=example("corpus train-lm clean/ --language en --output models/"),
    )(train_lm)
    app.command(
        epilog=example(
            "corpus calibrate corpus.yaml calibrated.yaml",
            "corpus calibrate corpus.yaml calibrated.yaml --percent 2 --by-source",
            "corpus calibrate labelled.jsonl cut-offs.yaml",
        )
    )(calibrate)


def train_classifier(
    sets: Annotated[
        list[str],
        typer.Argument(metavar="LABEL=INPUT...", help="Sets of documents: datasets or raw files."),
    ],
    output: Annotated[Path, typer.Option(help="Model to write, ending in .bin.")],
    word_ngrams: Annotated[int, typer.Option(help="Longest n-gram of words.")] = 2,
    min_count: Annotated[int, typer.Option(help="Words seen less often are unknown.")] = 2,
    buckets: Annotated[int, typer.Option(help="Rows that n-grams share.")] = 1 << 20,
    dimension: Annotated[int, typer.Option(help="Numbers in a row.")] = 16,
    epochs: Annotated[
        int | None, typer.Option(help="Times each document is seen; default: 5, more for few.")
    ] = None,
    learning_rate: Annotated[float, typer.Option(help="Of the first step.")] = 0.5,
    max_chars: Annotated[
        int | None, typer.Option(help="Characters from the beginning; default: all.")
    ] = None,
    newline: Annotated[str, typer.Option(help="What stands for a line feed.")] = " ",
    lowercase: Annotated[bool, typer.Option("--lowercase", help="Lower case.")] = False,
    split_characters: Annotated[
        bool,
        typer.Option("--split-characters", help="Characters of Chinese, Japanese, Thai are words."),
    ] = False,
    held_out_percent: Annotated[int, typer.Option(help="Documents kept for the card.")] = 10,
    seed: Annotated[int, typer.Option(help="Of the first numbers.")] = 0,
    text_field: Annotated[str, typer.Option(help="Key or column of the text.")] = "text",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a model of that name.")
    ] = False,
) -> None:
    """Train a fastText model that tells sets of documents apart, for the classifier step."""
    from corpus_pipeline.training.classifier import train_classifier_file

    said = train_classifier_file(
        sets, output, text_field, overwrite,
        word_ngrams=word_ngrams, min_count=min_count, buckets=buckets, dimension=dimension,
        epochs=epochs, learning_rate=learning_rate, max_chars=max_chars, newline=newline,
        lowercase=lowercase, split_characters=split_characters, held_out_percent=held_out_percent,
        seed=seed,
    )  # fmt: skip
    print("\n".join(said))
    print(f"{output}: written; name it in the configuration as classifier.model")


def train_tokenizer(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="[SOURCE=]INPUT...", help="Dataset folders or raw files, each may be named."
        ),
    ],
    output: Annotated[Path, typer.Argument(help="tokenizer.json to write.")],
    vocab_size: Annotated[int, typer.Option(min=257, help="Number of tokens.")] = 32000,
    pattern: Annotated[
        str, typer.Option(help="How text is cut: gpt2, cl100k, llama3, qwen or o200k.")
    ] = "llama3",
    digits: Annotated[
        str | None, typer.Option(help="Digits in a token: 1, 3 or all; default: as the pattern.")
    ] = None,
    special_token: Annotated[
        list[str] | None,
        typer.Option(help="Gets the first ids; repeatable; default: <|endoftext|>."),
    ] = None,
    min_frequency: Annotated[int, typer.Option(min=1, help="Of a pair that is merged.")] = 2,
    max_token_bytes: Annotated[int, typer.Option(min=2, help="Longest token, in bytes.")] = 32,
    weights: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE=SHARE", help="What a source gives to the sample; repeatable."),
    ] = None,
    sample_bytes: Annotated[str, typer.Option(help="Most text that is learnt from.")] = "1GB",
    memory: Annotated[
        str, typer.Option(help="Most memory; the sample is made smaller for it.")
    ] = "8GiB",
    seed: Annotated[int, typer.Option(min=0, help="Of the sample.")] = 0,
    text_field: Annotated[str, typer.Option(help="Key or column of the text.")] = "text",
    overwrite: ReplaceOption = False,
) -> None:
    """Train a byte-level BPE tokenizer on a sample of texts."""
    from corpus_pipeline.training.tokenizer import sample_options, train_tokenizer_file

    sample = sample_options(sample_bytes, memory, weights or [], seed)
    said = train_tokenizer_file(
        inputs, output, text_field, overwrite, sample,
        vocab_size=vocab_size, special_tokens=tuple(special_token or ["<|endoftext|>"]),
        min_frequency=min_frequency, max_token_bytes=max_token_bytes, pattern=pattern,
        digits=digits,
    )  # fmt: skip
    print("\n".join(said))


def convert_tokenizer(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            help="File of tiktoken, GPT-2's vocab.bpe beside its encoder.json, or model of "
            "SentencePiece.",
        ),
    ],
    output: Annotated[Path, typer.Argument(help="tokenizer.json to write.")],
    pattern: Annotated[
        str | None,
        typer.Option(
            help="How a file of tiktoken, or vocab.json and merges.txt, cut text: gpt2, cl100k, "
            "llama3, qwen, o200k, or a regular expression; default: as published."
        ),
    ] = None,
    special_token: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=ID", help="Of such files; repeatable."),
    ] = None,
    overwrite: ReplaceOption = False,
) -> None:
    """Write the tokenizer.json of a tokenizer of another library; the ids stay the same."""
    from corpus_pipeline.training.tokenizer import convert_tokenizer_file

    said = convert_tokenizer_file(source, output, pattern, special_token or [], overwrite)
    print("\n".join(said))
    print(f"{output}: written; name it in the configuration as tokenize.tokenizer")


def tokenizer_report(
    tokenizers: Annotated[
        list[str],
        typer.Argument(
            metavar="TOKENIZER...", help="tokenizer.json, or a format of convert-tokenizer."
        ),
    ],
    on: Annotated[
        list[str],
        typer.Option(metavar="[SOURCE=]INPUT", help="Dataset folder or raw files; repeatable."),
    ],
    number: Annotated[int, typer.Option("-n", min=0, help="Documents that are named.")] = 3,
    text_field: Annotated[str, typer.Option(help="Key or column of the text.")] = "text",
) -> None:
    """Show bytes per token of tokenizers side by side, by source and language."""
    from corpus_pipeline.cli.tokenizer_report import print_report
    from corpus_pipeline.training.tokenizer_report import report_tokenizers

    print_report(report_tokenizers(tokenizers, on, text_field, number))


def train_lm(
    sources: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Dataset folders or raw files.")
    ],
    language: Annotated[str, typer.Option(help="Language code of the text, for example en.")],
    output: Annotated[Path, typer.Option(help="Folder for the model and its .json.")],
    normaliser: Annotated[
        str | None, typer.Option(help="words-v1 or characters-v1; default: by language.")
    ] = None,
    order: Annotated[int, typer.Option(min=2, max=6, help="Length of the n-grams.")] = 3,
    prune: Annotated[
        str, typer.Option(help="n-grams of 1, 2, … tokens seen so often or less are left out.")
    ] = "0,3,5",
    min_count: Annotated[int, typer.Option(help="Tokens seen less often are unknown.")] = 5,
    structure: Annotated[str, typer.Option(help="probing, or trie: smaller, slower.")] = "probing",
    held_out_percent: Annotated[int, typer.Option(help="Documents kept for percentiles.")] = 5,
    max_perplexity: Annotated[
        float | None, typer.Option(help="Limit in the card; default: 20 x the 99th percentile.")
    ] = None,
    sort_memory: Annotated[str, typer.Option(help="Memory for KenLM's sorting.")] = "1G",
    text_field: Annotated[str, typer.Option(help="Key or column of the text.")] = "text",
    tools: Annotated[
        Path | None, typer.Option(help="Folder of lmplz and build_binary; default: PATH.")
    ] = None,
    overwrite: ReplaceOption = False,
) -> None:
    """Train a KenLM model for the perplexity filter; needs lmplz and build_binary."""
    from corpus_pipeline.training.language_model import train_language_model_file

    written, texts = train_language_model_file(
        sources, output, text_field, tools, overwrite=overwrite,
        language=language, normaliser=normaliser, order=order, prune=prune, min_count=min_count,
        structure=structure, held_out_percent=held_out_percent, max_perplexity=max_perplexity,
        memory=sort_memory,
    )  # fmt: skip
    print(
        f"{written}: written, from {texts}; name it in the configuration as "
        f"perplexity.models.{language}"
    )


def calibrate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A configuration (.yaml), or raw files of texts with their language.",
        ),
    ],
    output: Annotated[
        Path, typer.Argument(help="YAML to write: sections of a configuration; profiles beside it.")
    ],
    percent: Annotated[
        float, typer.Option(min=0, max=50, help="Documents that each threshold drops, at most.")
    ] = 1.0,
    sample: Annotated[
        int, typer.Option(min=1, help="Documents of each source to measure.")
    ] = 10000,
    min_documents: Annotated[
        int, typer.Option(min=10, help="Of a language that gets thresholds of its own.")
    ] = 500,
    by_source: Annotated[
        bool, typer.Option("--by-source", help="A quality profile for each source, too.")
    ] = False,
    label_field: Annotated[str, typer.Option(help="Of raw files: key of the language.")] = "lang",
    text_field: Annotated[
        str, typer.Option(help="Of raw files: key or column of the text.")
    ] = "text",
    model: Annotated[
        str | None, typer.Option(help="For raw files: fastText model; default: lid.176.ftz.")
    ] = None,
    sample_chars: Annotated[
        int, typer.Option(min=1, help="For raw files: as language.sample_chars of the run.")
    ] = 1000,
    overwrite: ReplaceOption = False,
) -> None:
    """Propose cut-offs: by percentile from a sample of a configuration's inputs, for language,
    quality and perplexity; or for languages alone, learnt from texts whose language is known."""
    if source.endswith((".yaml", ".yml")):
        from corpus_pipeline.cli.calibration_report import print_calibration

        print_calibration(
            Path(source), output, overwrite, percent, sample, min_documents, by_source
        )
        return
    from corpus_pipeline.training.cut_offs import calibrate_file

    print(calibrate_file(source, output, label_field, text_field, model, sample_chars, overwrite))
