"""The command train-classifier."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_pipeline.pipelines.cli_help import example


def add_commands(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command(
        "train-classifier",
        epilog=example(
            "corpus train-classifier good=clean/ bad=raw.jsonl --output model.bin",
            "corpus train-classifier law=laws/ shop=web/ --output zh.bin --split-characters",
        ),
    )(train_classifier)


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
    from corpus_pipeline.pipelines.classifier_training import train_classifier_file

    said = train_classifier_file(
        sets, output, text_field, overwrite,
        word_ngrams=word_ngrams, min_count=min_count, buckets=buckets, dimension=dimension,
        epochs=epochs, learning_rate=learning_rate, max_chars=max_chars, newline=newline,
        lowercase=lowercase, split_characters=split_characters, held_out_percent=held_out_percent,
        seed=seed,
    )  # fmt: skip
    print("\n".join(said))
    print(f"{output}: written; name it in the configuration as classifier.model")
