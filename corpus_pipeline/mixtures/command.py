"""`corpus mix`: a mixture of a finished run, planned after the run."""

import os
from pathlib import Path

from pydantic import ValidationError

from corpus_pipeline import storage
from corpus_pipeline.config.config import read_sections
from corpus_pipeline.config.messages import one_line
from corpus_pipeline.config.mixture import MixtureSection
from corpus_pipeline.errors import ConfigError, VerifyError
from corpus_pipeline.mixtures.planning import MIXTURE_NAME, Mixture, plan_mixture, write_mixture
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import INDEX_NAME, TokenIndex
from corpus_pipeline.workspace.run_file import read_run


def mix_run(output: str, source: Path, target: str | None, overwrite: bool) -> Mixture:
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
    run = read_run(where)
    path = where / "tokens" / INDEX_NAME
    if not storage.exists(path):
        raise VerifyError(f"{output}: has no tokens; run it with tokenize first")
    index = TokenIndex.from_json(storage.read_bytes(path).decode("utf-8", "replace"))
    mixture = plan_mixture(section, where, index, int(run["config"]["seed"]))
    if target is not None:
        folder = storage.place(target)
        _refuse_target(folder, where, overwrite)
        write_mixture(mixture, folder, _reference(where / "tokens", folder), index)
    return mixture


def read_mixture(path: Path) -> MixtureSection:
    """Reads the section `mixture` of a YAML file.

    Raises:
        ConfigError: one line for the first broken rule.
    """
    content = read_sections(path)
    content = content.get("mixture", content)
    try:
        return MixtureSection.model_validate(content)
    except ValidationError as error:
        raise ConfigError(f"{path}: {one_line(error, MixtureSection)}") from error


def _refuse_target(folder: Place, run: Place, overwrite: bool) -> None:
    if storage.exists(folder / MIXTURE_NAME) and not overwrite:
        raise ConfigError(f"{folder}: holds a mixture; name another folder, or --overwrite")
    if str(folder).rstrip("/").startswith(str(run).rstrip("/") + "/"):
        raise ConfigError(
            f"{folder}: lies in the run, which verify finds changed then; name a folder beside it"
        )


def _reference(tokens: Place, folder: Place) -> str:
    """Names the folder of the shards as seen from the mixture."""
    if isinstance(tokens, Path) and isinstance(folder, Path):
        return Path(os.path.relpath(tokens.resolve(), folder.resolve())).as_posix()
    return str(tokens)
