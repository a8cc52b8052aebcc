"""Commands about configurations: init, schema, profile, recipe."""

import json
from pathlib import Path
from typing import Annotated

import typer

from corpus_pipeline.cli.help import example

#: The file of the schema beside a configuration.
_SCHEMA_NAME = "corpus.schema.json"

profile_app = typer.Typer(help="Show the quality profiles.", no_args_is_help=True)
recipe_app = typer.Typer(help="Show the recipes: published corpora.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command(
        epilog=example(
            "corpus init corpus.yaml data/*.jsonl",
            "corpus init corpus.yaml --short",
            "corpus init corpus.yaml crawl/ --recipe fineweb --schema",
        )
    )(init)
    app.command(epilog=example("corpus schema --to corpus.schema.json"))(schema)
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
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILES]...", help="Files, folders or URLs that are to be read."),
    ] = None,
    short: Annotated[
        bool, typer.Option("--short", help="Only what most runs change, as comments.")
    ] = False,
    recipe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A published corpus; see corpus recipe list."),
    ] = None,
    with_schema: Annotated[
        bool,
        typer.Option("--schema", help="Write corpus.schema.json beside it, for editors."),
    ] = False,
) -> None:
    """Write a configuration to start from: for FILES, or every key with its default and meaning."""
    from corpus_pipeline.config.template import template_text, write_new
    from corpus_pipeline.errors import ConfigError
    from corpus_pipeline.recipes.catalogue import load_recipe

    if short and (recipe is not None or files):
        raise typer.BadParameter("--short is for a configuration without --recipe and FILES")
    if path.exists() and path.suffix not in (".yaml", ".yml"):
        raise ConfigError(f"{path}: exists; the first name is that of the file to write")
    loaded = None if recipe is None else load_recipe(recipe)
    if files:
        from corpus_pipeline.readiness.draft import draft_of, written, written_recipe

        draft = draft_of(files)
        text = written(draft, path.name) if loaded is None else written_recipe(draft, loaded.text)
    else:
        text = template_text(path.name, short) if loaded is None else loaded.text
    beside = path.with_name(_SCHEMA_NAME)
    if with_schema:
        text = f"# yaml-language-server: $schema={beside.name}\n{text}"
    write_new(path, text)
    if with_schema:
        beside.write_text(_schema_text(), "utf-8")
        print(f"{beside}: written")
    for each in () if loaded is None else loaded.needed:
        print(f"needed: {each.path}: {each.what}")
    if files:
        print(f"{path}: written; look it over, then: corpus check {path}")
    else:
        print(f"{path}: written; set inputs, then: corpus run {path}")


def schema(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write it into a file.")
    ] = None,
) -> None:
    """Print the JSON Schema of the configuration file, by which editors complete and check it."""
    if to is None:
        print(_schema_text(), end="")
    else:
        to.write_text(_schema_text(), "utf-8")
        print(f"{to}: written; docs/check.md says how editors find it")


def _schema_text() -> str:
    from corpus_pipeline.config.schema import configuration_schema

    return json.dumps(configuration_schema(), indent=2) + "\n"


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
