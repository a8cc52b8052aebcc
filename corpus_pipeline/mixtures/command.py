"""A mixture of a finished run: that of its configuration, and those of `corpus mix`."""

import os
from pathlib import Path
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.config.config import read_sections
from corpus_pipeline.config.mistakes import Places, checked
from corpus_pipeline.config.mixture import MixtureSection
from corpus_pipeline.errors import ConfigError, Mistakes, VerifyError
from corpus_pipeline.loader.mixture import MIXTURE_NAME
from corpus_pipeline.mixtures.planning import PlannedMixture, plan_mixture
from corpus_pipeline.mixtures.written import write_mixture
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.splits import TRAIN
from corpus_pipeline.workspace.run_file import MIXTURE_FOLDER, read_run, read_token_index


def mix_output(section: MixtureSection, output: Place, run: dict[str, Any]) -> None:
    """Plans the mixture of a configuration and writes it into the output of its run.

    Raises:
        ConfigError: it cannot be made of this corpus; which is complete all the same.
    """
    try:
        mixture = _planned(section, output, run)
    except ConfigError as error:
        raise ConfigError(
            f"{error} (the corpus itself is complete: correct the mixture and run again, which "
            "does nothing else)"
        ) from error
    index = read_token_index(output)
    assert index is not None
    write_mixture(mixture, output / MIXTURE_FOLDER, "../tokens", index)


def mix_run(output: str, source: Path, target: str | None, overwrite: bool) -> PlannedMixture:
    """Plans a mixture of a run and writes it.

    Args:
        output: folder of a finished run with tokens.
        source: YAML file with the section `mixture`, by itself or in a configuration.
        target: folder to write; None only plans.
        overwrite: replace what is there.

    Raises:
        VerifyError: the run is not complete, or has no tokens.
        ConfigError: the mixture cannot be made of it, or the target exists.
    """
    section = read_mixture(source)
    where = storage.place(output)
    mixture = _planned(section, where, read_run(where))
    index = read_token_index(where)
    if target is not None and index is not None:
        folder = storage.place(target)
        _refuse_target(folder, where, overwrite)
        write_mixture(mixture, folder, _reference(where / "tokens", folder), index)
    return mixture


def _planned(section: MixtureSection, output: Place, run: dict[str, Any]) -> PlannedMixture:
    index = read_token_index(output)
    if index is None:
        raise VerifyError(f"{output}: has no tokens; run it with tokenize first")
    config = run["config"]
    inputs = [*config["inputs"], *config.get("dataset_sources", ())]
    streams = index.streams()
    sources = {*(each["source"] for each in inputs), *(each["source"] for each in streams)}
    splits = {TRAIN, *(config.get("tokenize") or {}).get("splits", ())}
    return plan_mixture(section, output, index, int(config["seed"]), sources, splits)


def read_mixture(path: Path) -> MixtureSection:
    """Reads the section `mixture` of a YAML file.

    Raises:
        ConfigError: a line for each broken rule.
    """
    content = read_sections(path)
    content = content.get("mixture", content)
    found = Mistakes()
    section = checked(content, MixtureSection, Places(str(path)), found)
    found.refuse()
    assert section is not None
    return section


def _refuse_target(folder: Place, run: Place, overwrite: bool) -> None:
    inside, outside = (_absolute(each) for each in (folder, run))
    if f"{inside}/".startswith(f"{outside}/"):
        raise ConfigError(
            f"{folder}: lies in the run, which verify finds changed then; name a folder beside it"
        )
    names = set(storage.names(folder))
    if MIXTURE_NAME in names and not overwrite:
        raise ConfigError(f"{folder}: holds a mixture; name another folder, or --overwrite")
    if names and MIXTURE_NAME not in names and not all(n.startswith("selection-") for n in names):
        raise ConfigError(f"{folder}: is not empty and holds no mixture; name another folder")


def _absolute(where: Place) -> str:
    return str(where.resolve() if isinstance(where, Path) else where).rstrip("/")


def _reference(tokens: Place, folder: Place) -> str:
    """Names the folder of the shards as seen from the mixture."""
    if isinstance(tokens, Path) and isinstance(folder, Path):
        return Path(os.path.relpath(tokens.resolve(), folder.resolve())).as_posix()
    return _absolute(tokens)
