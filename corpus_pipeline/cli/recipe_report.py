"""`corpus recipe`: which published corpora there are, and what of each step is done here."""

from collections import Counter

from corpus_pipeline.cli.tables import plain_table, screen
from corpus_pipeline.recipes.catalogue import (
    VERDICTS,
    load_recipe,
    load_recipe_or_file,
    recipe_names,
)


def print_recipes() -> None:
    """Prints the shipped recipes: of how many steps, and how many are as published."""
    table = plain_table(("recipe", "what", "steps", *VERDICTS), ("recipe", "what"))
    for name in recipe_names():
        recipe = load_recipe(name)
        verdicts = Counter(step.verdict for step in recipe.steps)
        counts = (len(recipe.steps), *(verdicts[verdict] for verdict in VERDICTS))
        table.add_row(name, recipe.title.partition(":")[0], *map(str, counts))
    console = screen()
    console.print(table)
    console.print("corpus init FILE --recipe NAME writes one; corpus recipe show NAME explains it")


def print_recipe(name: str) -> None:
    """Prints the steps of a recipe, its sources and the files that must be given.

    Raises:
        ConfigError: no recipe is called so, or a file cannot be read as one.
    """
    recipe = load_recipe_or_file(name)
    console = screen()
    console.print(f"{name}: {recipe.title}")
    for source in recipe.sources:
        console.print(f"source: {source}")
    table = plain_table(("as published", "here", "how"), ("as published", "here", "how"))
    for step in recipe.steps:
        table.add_row(step.published, step.verdict, step.how)
    console.print(table)
    for needed in recipe.needed:
        console.print(f"needed: {needed.path}: {needed.what}")
