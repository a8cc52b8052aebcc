"""`corpus plan`: how a configuration is cut into work and what that takes; nothing is run."""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rich.console
from rich.table import Table

from corpus_pipeline.cli.tables import screen
from corpus_pipeline.config.config import Config, load_config
from corpus_pipeline.config.run_flow import RunFlow, run_flow
from corpus_pipeline.errors import ConfigError, InputError, relative_to
from corpus_pipeline.machine import cores
from corpus_pipeline.nearest import meant
from corpus_pipeline.option_types import parse_size
from corpus_pipeline.planning.costs import Flow, Prices, Workload, load_costs
from corpus_pipeline.planning.design_limits import exceeded_limits
from corpus_pipeline.planning.estimate import Estimate, estimate
from corpus_pipeline.planning.notes import notes_before
from corpus_pipeline.planning.workload import SourcePlan, estimate_of, sources_of, workload_of
from corpus_pipeline.yaml_files import load_yaml, read_yaml_text


def print_plan(
    config_path: Path,
    estimate: bool = False,
    size: str | None = None,
    workers: int | None = None,
    prices: Path | None = None,
    as_json: bool = False,
) -> None:
    """Prints the plan of a configuration; nothing is run or written.

    Args:
        config_path: the configuration.
        estimate: add what the run will take.
        size: bytes of text, for example 100TB, instead of what the inputs have; the shares of the
            sources stay as they are in the inputs. Implies `estimate`.
        workers: how many work at once; default: the configuration's, else this machine's cores.
        prices: YAML with any of the keys of `Prices`; default: example prices.
        as_json: print JSON instead of tables.

    Raises:
        CorpusError: the configuration, the inputs, the size or the prices are refused.
    """
    config = load_config(config_path)
    stated = None if size is None else _stated_bytes(size)
    flow = run_flow(config)
    sources, notes = _sources(config, flow, stated)
    workload = workload_of(config, sources, stated)
    notes += _evaluations(flow)
    content: dict[str, Any] = {
        "plan": dataclasses.asdict(workload),
        "sources": [dataclasses.asdict(each) for each in sources],
        "notes": notes,
    }
    found = None
    if estimate or stated is not None:
        count = workers or config.workers or cores()
        found = estimate_of(config, flow, sources, workload, _read_prices(prices), count)
        content["estimate"] = _as_json(found)
        if titles := ", ".join(found.flow.unmeasured):
            notes.append(
                f"the time of {titles} is not in the estimate: nobody has measured it "
                "(`seconds_per_gigabyte` of a step says it)"
            )
        content["limits"] = [line for _, line in _limits(config, sources, found)]
    if as_json:
        print(json.dumps(content, indent=2))
        return
    console = screen()
    _print_sources(console, str(config_path), workload, sources, stated)
    if found is not None:
        _print_estimate(console, found, prices is not None)
        for breaks, line in _limits(config, sources, found):
            console.print(f"{'breaks' if breaks else 'large '}  {line}")
    for note in notes:
        console.print(f"note    {note}")


def _sources(
    config: Config, flow: RunFlow, stated: float | None
) -> tuple[list[SourcePlan], list[str]]:
    """Lists the inputs; for a stated size inputs that are not there count as equal parts."""
    from corpus_pipeline.planning.plan import make_plan

    try:
        plan = make_plan(config, {}, hashed=False)
    except InputError as error:
        if stated is None:
            raise
        names = sorted(each.source for each in config.inputs)
        first = (error.parts or (error,))[0]
        return (
            [SourcePlan(name, 0, 1.0, 1.0, 0.0, 0) for name in names],
            [f"the inputs were not looked at ({first}); sources in equal parts, no HTML"],
        )
    return sources_of(plan), notes_before(config, flow, plan)


def _evaluations(flow: RunFlow) -> list[str]:
    """Says for each evaluation file how many of its items are looked for.

    Raises:
        InputError: a file cannot be read, or nothing of it looked for.
    """
    from corpus_pipeline.planning.evaluations import contamination_options, read_evaluations

    dedup = flow.dedup
    section = dedup.options.contamination
    if not dedup.on("contamination"):
        return []
    return [str(each) for each in read_evaluations(section, contamination_options(section)).files]


def _limits(config: Config, sources: list[SourcePlan], whole: Estimate) -> list[tuple[bool, str]]:
    """The limits of an estimate, and into how many runs to cut what does not fit into one."""
    found = exceeded_limits(whole)
    if not any(breaks for breaks, _ in found):
        return found
    size = whole.workload.text_bytes
    for runs in (2**power for power in range(1, 21)):
        part = workload_of(config, sources, size / runs)
        smaller = estimate(part, load_costs(), None, whole.workers, whole.flow)
        if not any(breaks for breaks, _ in exceeded_limits(smaller)):
            return [
                *found,
                (True, f"cut the inputs into {runs:,} runs of {show_bytes(size / runs)} of text; "
                       "copies in different runs stay (docs/scale.md)"),
            ]  # fmt: skip
    return found


def _stated_bytes(size: str) -> float:
    """Reads a size; petabytes too.

    >>> _stated_bytes("100TB"), _stated_bytes("1.5 PB")
    (100000000000000.0, 1500000000000000.0)
    """
    letters = size.strip().upper()
    try:
        if letters.endswith("PB"):
            value = float(letters.removesuffix("PB")) * 1e15
        else:
            value = float(parse_size(size))
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise ConfigError(f"--size: {size!r} is no size; write for example 500GB, 100TB or 10PB")
    return value


def _read_prices(path: Path | None) -> Prices:
    """Reads prices from YAML.

    Raises:
        ConfigError: the file cannot be read, or holds something else than prices.
    """
    if path is None:
        return Prices()
    try:
        content = load_yaml(read_yaml_text(path))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}{relative_to(path)}); correct --prices"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not YAML: {error}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error
    known = [field.name for field in dataclasses.fields(Prices)]
    unknown = [key for key in content if key not in known] if isinstance(content, dict) else None
    if unknown is None or unknown:
        listed = f"prices are a mapping with any of the keys {', '.join(known)}"
        hint = meant(str(unknown[0]), known, listed) if unknown else listed
        raise ConfigError(f"{path}: {f'unknown key {unknown[0]!r}; ' if unknown else ''}{hint}")
    for name, value in content.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
            raise ConfigError(f"{path}: {name}: a price is a number from 0, got {value!r}")
    return Prices(**content)


def _as_json(found: Estimate) -> dict[str, Any]:
    content = dataclasses.asdict(dataclasses.replace(found, flow=Flow()))
    del content["flow"], content["workload"]
    return content | {
        name: getattr(found, name)
        for name in ("seconds", "core_seconds", "written", "published", "shuffled", "files",
                     "json_bytes", "worker_memory", "driver_memory")
    }  # fmt: skip


# For people


def show_bytes(size: float) -> str:
    """Writes a number of bytes with three digits.

    >>> show_bytes(0), show_bytes(1234), show_bytes(25e12), show_bytes(3e18)
    ('0 B', '1.23 KB', '25 TB', '3,000 PB')
    """
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.3g} PB" if size < 999.5 else f"{size:,.0f} PB"


def show_count(number: float) -> str:
    """Writes a count, a large one with three digits.

    >>> show_count(19765), show_count(2_500_000), show_count(49_412_500_000)
    ('19,765', '2.5 M', '49.4 G')
    """
    if number < 100_000:
        return f"{number:,.0f}"
    return f"{number / 1e6:.3g} M" if number < 999.5e6 else f"{number / 1e9:,.3g} G"


def show_seconds(seconds: float) -> str:
    """Writes a time with three digits.

    >>> show_seconds(5), show_seconds(600), show_seconds(36000), show_seconds(9e6)
    ('5 s', '10 min', '10 h', '104 days')
    >>> show_seconds(0.00883), show_seconds(0)
    ('9 ms', '0 s')
    """
    if 0 < seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    for unit, size, most in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 72 * 3600)):
        if seconds < most:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 86400:,.0f} days"


def _print_sources(
    console: rich.console.Console,
    title: str,
    workload: Workload,
    sources: list[SourcePlan],
    stated: float | None,
) -> None:
    of = "stated, in the shares of the inputs" if stated is not None else "as listed"
    console.print(
        f"{title}: about {show_bytes(workload.text_bytes)} of text {of}: {workload.files:,} files, "
        f"{show_bytes(workload.stored_bytes)} stored; {workload.units:,} units, "
        f"{workload.partitions:,} partitions"
    )
    rows = [
        (each.name, f"{each.files:,}", show_bytes(each.stored_bytes), show_bytes(each.text_bytes),
         show_bytes(each.html_bytes), f"{each.units:,}", f"{each.unit_files:,}")
        for each in sources
    ]  # fmt: skip
    if stated is None:
        heads = ("source", "files", "stored", "text", "of it HTML", "units", "files in one")
        _print_table(console, heads, rows)


def _print_estimate(console: rich.console.Console, found: Estimate, own_prices: bool) -> None:
    rows = [
        (phase.name, show_count(phase.items), show_seconds(phase.core_seconds),
         show_seconds(phase.seconds), show_bytes(phase.read), show_bytes(phase.written),
         show_bytes(phase.shuffled), show_count(phase.files), show_count(phase.opens))
        for phase in found.phases
    ]  # fmt: skip
    heads = ("phase", "items", "core time", "wall clock", "read", "written", "shuffle", "files",
             "opens")  # fmt: skip
    _print_table(console, heads, rows)
    stages = sorted(found.stages.items(), key=lambda item: -item[1])
    _print_table(
        console,
        ("stage", "core time"),
        [(name, show_seconds(seconds)) for name, seconds in stages],
    )
    lines = {
        "time": f"{found.core_seconds / 3600:,.1f} core-hours; {show_seconds(found.seconds)} with "
        f"{found.workers:,} workers",
        "disk": f"{show_bytes(found.written)} written, of which {show_bytes(found.published)} stay",
        "worker": f"{show_bytes(found.worker_memory)}: {_parts(found.worker_parts)}",
        "driver": f"{show_bytes(found.driver_memory)}: {_parts(found.driver_parts)}",
        "cost": f"{sum(found.money.values()):,.2f}: "
        + ", ".join(f"{name} {value:,.2f}" for name, value in found.money.items())
        + ("" if own_prices else " (example prices, set yours with --prices)"),
    }
    for name, line in lines.items():
        console.print(f"{name:7} {line}")


def _parts(parts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {show_bytes(size)}" for name, size in parts.items())


def _print_table(
    console: rich.console.Console, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> None:
    # One space between columns: nine of them fit into 80.
    table = Table(box=None, padding=(0, 1, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=not number)
    for row in rows:
        table.add_row(*row)
    console.print(table)
