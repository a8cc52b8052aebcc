"""Commands about configurations: init, schema, profile, recipe."""

import json
from pathlib import Path
from typing import Annotated

import typer

from corpus_pipeline.cli.help import example

profile_app = typer.Typer(help="Show the quality profiles.", no_args_is_help=True)
recipe_app = typer.Typer(help="Show the recipes: published corpora.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command(
        epilog=example(
            "corpus init corpus.yaml",
            "corpus init corpus.yaml --short",
            "corpus init corpus.yaml --recipe fineweb",
        )
    )(init)
    app.command(epilog=example("corpus schema > corpus.schema.json"))(schema)
    app.add_typer(
        profile_app,
        name="profile",
        epilog=example("corpus profile list", "corpus profile show default --language zh"),
    )
    app.add_typer(
        recipe_app,
        name="recipe",
        epilog=example("corpus recipe list", "corpus recipe show fineweb"),
    )


def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("corpus.yaml"),
    short: Annotated[
        bool, typer.Option("--short", help="Only what most runs change, as comments.")
    ] = False,
    recipe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A published corpus; see corpus recipe list."),
    ] = None,
) -> None:
    """Write a configuration to start from: every key, with its default and its meaning."""
    from corpus_pipeline.config.template import write_recipe, write_template

    if recipe is not None:
        if short:
            raise typer.BadParameter("--short is for a configuration without --recipe")
        needed = write_recipe(path, recipe)
        for each in needed:
            print(f"needed: {each.path}: {each.what}")
    else:
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


@recipe_app.command("list", epilog=example("corpus recipe list"))
def list_recipes() -> None:
    """List the recipes, and how many of their steps are as published."""
    from corpus_pipeline.cli.recipe_report import print_recipes

    print_recipes()


@recipe_app.command(
    "show", epilog=example("corpus recipe show fineweb", "corpus recipe show my.yaml")
)
def show_recipe(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A recipe of corpus recipe list, or a YAML file.")
    ],
) -> None:
    """Show each step of a recipe as published, what becomes of it here, and what must be given."""
    from corpus_pipeline.cli.recipe_report import print_recipe

    print_recipe(name)
