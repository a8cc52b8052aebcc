"""Configurations for the commands that run one stage on a dataset folder."""

from pathlib import Path
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import InputError
from corpus_pipeline.pipelines.config import STAGES, Config, build_config, read_sections
from corpus_pipeline.pipelines.finished import RUN_FILE


def single_config(
    stages: set[str],
    source: str,
    output: str,
    config: Path | None,
    format_: str,
    top: dict[str, Any],
) -> Config:
    """Builds a configuration in which only some stages are on.

    Args:
        stages: names in `STAGES`; none for *read* alone.
        source: a dataset folder, or raw files when `format_` is not "dataset".
        output: folder to write.
        config: YAML whose stage sections and rules by source apply; its paths do not.
        format_: "dataset", or a raw format.
        top: top-level settings; None leaves the default.

    Raises:
        InputError: the dataset folder holds no complete run.
        ConfigError: as `load_config`.
    """
    content = {} if config is None else read_sections(config)
    sources = content.pop("inputs", [])
    storage.configure(content.get("storage_options") or {})
    if format_ == "dataset" and not storage.exists(storage.place(source) / RUN_FILE):
        raise InputError(
            f"{source}: is not a dataset folder (no {RUN_FILE}); make one with `corpus read`"
        )
    content["inputs"] = [{"path": source, "source": "input", "format": format_}]
    content["output"] = output
    content["dataset_sources"] = sources
    for stage in STAGES:
        section = dict(content.get(stage) or {})
        enabled = section.get("enabled", True) and stage in stages
        content[stage] = {**section, "enabled": enabled}
    wanted = {k: v for k, v in top.items() if v is not None and k != "overwrite"}
    return build_config(content | wanted, str(config or "defaults"))
