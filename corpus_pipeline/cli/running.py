"""How a command runs a configuration, and the options that all such commands have."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus_pipeline.errors import Mistakes

if TYPE_CHECKING:
    from corpus_pipeline.config.config import Config
    from corpus_pipeline.config.mistakes import Places

WorkersOption = Annotated[
    int | None, typer.Option(min=1, help="Worker processes; default: one per core.")
]
MemoryOption = Annotated[
    str | None, typer.Option(help="Memory for all workers together, for example 4GB.")
]
RunnerOption = Annotated[
    str | None,
    typer.Option(help="direct (this machine), spark, dataflow, or the class of a Beam runner."),
]
RunnerOptionsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Setting of the runner, for example spark.master=local[4]; may be repeated.",
    ),
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Throw away a run that OUTPUT holds.")
]
UnreadableOption = Annotated[
    bool,
    typer.Option(
        "--allow-unreadable", help="Go on when most records of a source or file are unreadable."
    ),
]


def pairs(options: list[str] | None) -> dict[str, str] | None:
    """Reads KEY=VALUE; a KEY alone is a flag."""
    if not options:
        return None
    return {key: value for key, _, value in (option.partition("=") for option in options)}


def execute(
    settings: Callable[[Mistakes], "tuple[Config | None, Places]"],
    overwrite: bool,
    runner: str | None,
    check: bool = True,
    as_json: bool = False,
    report_page: bool = False,
) -> None:
    """Runs a configuration, and says from the first moment what it is about."""
    from corpus_pipeline.cli.watching import going_on, watched

    with watched(as_json, check) as watch:
        if runner in (None, "direct"):
            from corpus_pipeline.engines.workers import start_early

            start_early()
        console = watch.console
        console.begin("reading the configuration")
        found = Mistakes()
        config, places = settings(found)
        from corpus_pipeline.config.missing_files import flow_of
        from corpus_pipeline.config.mistakes import refuse

        flow = None if config is None else flow_of(config, found)
        if found and config is not None and flow is not None:
            from corpus_pipeline.pipelines.looking import look_at

            look_at(config, flow, found)
        refuse(found, places)
        assert config is not None
        assert flow is not None
        console.begin("loading stages, inputs and models")
        from corpus_pipeline.inspection.verify import verify
        from corpus_pipeline.pipelines.run import Run
        from corpus_pipeline.pipelines.warm import groups_of, warm_up
        from corpus_pipeline.storage import place, public_path

        output = place(config.output)
        watch.writes_to(public_path(config.output))

        def warm(plan: Any) -> None:
            warm_up(groups_of(flow, plan), console.say)

        with found.looking():
            result = Run(config, flow, console, going_on(True)).execute(overwrite, warm)
        refuse(found, places)
        if check:
            verify(output, console)
        watch.finished(result, check)
    if not as_json:
        from corpus_pipeline.cli.stats_report import print_summary

        print_summary(output, result)
    if report_page:
        from corpus_pipeline.cli.report import write_after_run

        line = write_after_run(output, result["counts"].get("documents", 0))
        if not as_json:
            print(line)
