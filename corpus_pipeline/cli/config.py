"""Commands about configurations: init, schema, profile."""

import json
from pathlib import Path
from typing import Annotated

import typer

from corpus_pipeline.cli.help import example

profile_app = typer.Typer(help="Show the quality profiles.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command(epilog=example("corpus init corpus.yaml", "corpus init corpus.yaml --short"))(init)
    app.command(epilog=example("corpus schema > corpus.schema.json"))(schema)
    app.add_typer(
        profile_app,
        name="profile",
        epilog=example("corpus profile list", "corpus profile show default --language zh"),
    )


def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("corpus.yaml"),
    short: Annotated[
        bool, typer.Option("--short", help="Only what most runs change, as comments.")
    ] = False,
) -> None:
    """Write a configuration to start from: every key, with its default and its meaning."""
    from corpus_pipeline.config.template import write_template

    write_template(path, short)
    print(f"{path}: written; set inputs, then: corpus run {path}")


def schema() -> None:
    """Print the JSON Schema of the configuration file."""
    from corpus_pipeline.config.config import Config

    print(json.dumps(Config.model_json_schema(), indent=2))


@profile_app.command("list", epilog=example("corpus profile list"))
def list_profiles() -> None:
    """List the quality profiles that come with the package."""
    from corpus_pipeline.cli.profile_report import print_profiles

    print_profiles()


@profile_app.command(
    "show",
    epilog=example(
        "corpus profile show default --language zh", "corpus profile show my-profile.yaml"
    ),
)
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A shipped profile or a YAML file.")],
    language: Annotated[
        str | None, typer.Option(help="Language; default: those without rules of their own.")
    ] = None,
) -> None:
    """Show which rules of a profile hold for a language, and where each threshold stands."""
    from corpus_pipeline.cli.profile_report import print_profile

    print_profile(name, language)
