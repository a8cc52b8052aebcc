"""Judges what workers have found: what is wrong, and what to do about it, one line for each thing.

Pure functions of a request, of what the driver expects and of the reports.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from corpus_pipeline.engines.worker_checks import MISSING, Request, WorkerReport, here
from corpus_pipeline.errors import CorpusError
from corpus_pipeline.spark_runner.errors import SparkRunnerError
from corpus_pipeline.storage import public_path

_CLOCK_SECONDS = 300
#: Workers that a line names.
_NAMED = 3

#: What to look at when workers do not start, by runner.
_START = {
    "direct": "look at the messages of the worker processes above",
    "spark": (
        "look at the page of Spark's master: are workers alive, with free cores and at least "
        "spark.executor.memory and spark.executor.cores? Can they reach spark.driver.host?"
    ),
    "dask": "is the scheduler at dask_client_address running, with workers connected to it?",
    "dataflow": (
        "look at the job's page: can the image of sdk_container_image be pulled, are quota and "
        "network there?"
    ),
    "prism": (
        "a worker pool starts the first `python` on its PATH: has that one apache_beam? Is the "
        "pool at environment_config running?"
    ),
}
_START_ELSE = (
    "look at the runner's log; a worker pool starts the first `python` on its PATH: has that one "
    "apache_beam, and is the pool at environment_config running?"
)
_PYTHON = {"spark": "set PYSPARK_PYTHON to a Python {python} that every worker has"}
_PYTHON_ELSE = "give the workers Python {python}"
_INSTALL = "install there what the driver has, from the same lock file or image"

#: What a failed probe says -> the line for the user; the first that is found counts.
_CAUSES = (
    (r"No module named '?corpus_pipeline'?(?!\.)",
     f"the workers have no corpus_pipeline; {_INSTALL}"),
    (r"No module named '?corpus_pipeline\.|Can't get attribute|cannot import name .*corpus_pipeline"
     r"|module '?corpus_pipeline[\w.]*'? has no attribute",
     f"the workers have another version of corpus_pipeline; {_INSTALL}"),
    (r"No module named '?([\w.]+)'?", f"the workers lack the Python module {{0}}; {_INSTALL}"),
    (r"PYTHON_VERSION_MISMATCH|different (?:minor )?version[^.]* than that in driver",
     "the workers run another version of Python than the driver; {python}"),
    (r"Cannot run program \"?([^\s\"]+)",
     "the workers have no program {0}; {python}"),
    (r"All masters are unresponsive|Connection refused|Name or service not known"
     r"|Failed to connect|UnknownHostException|OSError: Timed out trying to connect",
     "the cluster does not answer; {start}"),
)  # fmt: skip


def failures(
    request: Request, expected: WorkerReport, reports: Sequence[WorkerReport]
) -> list[str]:
    """Returns one line for each thing that is wrong; none if the workers can do the work.

    Args:
        request: what was asked.
        expected: the driver's own nonce, versions and sources.
        reports: what came back.
    """
    missing = request.probes - len(reports)
    unseen = (
        f"{missing} of {request.probes} workers wrote their report where the driver does not see "
        f"it; {_sharing(request.folder)}"
    )
    told = [
        (report, line)
        for report in reports
        for line in (
            *_versions(request, expected, report),
            *([] if report.nonce == expected.nonce else [unseen_folder(request)]),
            *_inputs(request, report),
            *_resources(request, report),
        )
    ]
    return [unseen] * (missing > 0) + _grouped(told) + _grouped(_memory(request, reports))


def warnings(reports: Sequence[WorkerReport], began: float, ended: float) -> list[str]:
    """Returns one line for each thing that need not hinder the work.

    Args:
        reports: what came back.
        began: the driver's clock before the probe, in seconds since the epoch.
        ended: and after it.
    """
    return _grouped(_clocks(reports, began, ended))


def unseen_folder(request: Request) -> str:
    """Says that a worker has not found the driver's file."""
    return f"does not see the output folder that the driver sees; {_sharing(request.folder)}"


def _grouped(told: Iterable[tuple[WorkerReport, str]]) -> list[str]:
    """Joins workers that say the same into one line."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for report, line in told:
        if report.host not in hosts[line]:
            hosts[line].append(report.host)
    return [f"{_workers(names)}: {line}" for line, names in hosts.items()]


def _workers(names: Sequence[str]) -> str:
    """Names a few workers.

    >>> _workers(["a"]), _workers(list("abcde"))
    ('worker a', 'workers a, b, c and 2 more')
    """
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"worker{'s' * (len(names) > 1)} {', '.join(names[:_NAMED])}{more}"


def _versions(request: Request, expected: WorkerReport, report: WorkerReport) -> Iterator[str]:
    if report.python != expected.python:
        remedy = _python_remedy(request, expected.python)
        yield f"Python {report.python or MISSING}, the driver has {expected.python}; {remedy}"
    others = [
        f"{name} {report.versions.get(name, MISSING)}, not {version}"
        for name, version in expected.versions.items()
        if report.versions.get(name, MISSING) != version
    ]
    if others:
        yield f"{', '.join(others)}; {_INSTALL}"
    elif report.sources != expected.sources:
        yield (
            f"other code of corpus_pipeline {expected.versions['corpus-pipeline']} than the "
            f"driver's; {_INSTALL}"
        )


def _sharing(path: str) -> str:
    relative = "://" not in path and not path.startswith("/")
    how = "give its absolute path, and " if relative else ""
    return f"{how}put it on storage that all share under one path, or give a URL such as s3://"


def _inputs(request: Request, report: WorkerReport) -> Iterator[str]:
    unseen: dict[str, list[str]] = defaultdict(list)
    for number, why in report.inputs.items():
        unseen[why].append(request.inputs[int(number)])
    for why, (path, *others) in unseen.items():
        more = f" and {len(others)} more" if others else ""
        yield f"cannot open the input {public_path(path)}{more} ({why}); {_sharing(path)}"


def _resources(request: Request, report: WorkerReport) -> Iterator[str]:
    for number, why in report.resources.items():
        name, _ = request.resources[int(number)]
        yield f"{public_path(name)}: {why}; put the same file under the same path on every worker"


def _memory(
    request: Request, reports: Sequence[WorkerReport]
) -> Iterator[tuple[WorkerReport, str]]:
    seen: dict[str, set[int]] = defaultdict(set)
    for report in reports:
        seen[report.host].add(report.process)
    for report in reports:
        processes = max(request.processes, len(seen[report.host]))
        share = report.memory_bytes // processes
        remedy = "give the workers more memory or run fewer of them on a machine"
        if report.memory_bytes > 0 and share < request.bytes_per_worker:
            yield (
                report,
                f"{processes} processes share {_gigabytes(report.memory_bytes)} of memory and "
                f"need {_gigabytes(request.bytes_per_worker)} each; {remedy}",
            )
        elif 0 < report.process_bytes < request.bytes_per_worker:
            yield (
                report,
                f"a process may have {_gigabytes(report.process_bytes)} of memory and needs "
                f"{_gigabytes(request.bytes_per_worker)}; raise its limit (Spark: "
                "spark.executor.pyspark.memory)",
            )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _clocks(
    reports: Sequence[WorkerReport], began: float, ended: float
) -> Iterator[tuple[WorkerReport, str]]:
    for report in reports:
        ahead = report.clock - ended if report.clock > ended else report.clock - began
        if began <= report.clock <= ended or abs(ahead) <= _CLOCK_SECONDS:
            continue
        way = "ahead of" if ahead > 0 else "behind"
        yield (
            report,
            f"its clock is {abs(ahead) / 60:.0f} min {way} the driver's; set it, or times in logs "
            "and signed requests to storage will be wrong",
        )


def late(request: Request, timeout: float, answered: int) -> str:
    """Says that the time was over, and where to look.

    Args:
        request: what was asked.
        timeout: seconds that there were.
        answered: number of reports that were there by then.
    """
    if answered:
        return (
            f"{answered} of {request.probes} probes of workers came back within {timeout:g} s, "
            f"the others start late or are stuck; {_start_remedy(request)}"
        )
    return f"no worker answered within {timeout:g} s; {_start_remedy(request)}"


def cause(error: BaseException, request: Request) -> str:
    """Finds in the failure of a probe's job what is wrong with the workers."""
    chain = list(_chain(error))
    text = "\n".join(f"{type(each).__name__}: {each}" for each in chain)
    remedies = {
        "python": _python_remedy(request, here(())["python"]),
        "start": _start_remedy(request),
    }
    for pattern, line in _CAUSES:
        if found := re.search(pattern, text):
            return line.format(*found.groups(), **remedies)
    if isinstance(chain[-1], (CorpusError, SparkRunnerError)):
        return str(chain[-1])
    return (
        f"the workers fail before any work ({type(chain[-1]).__name__}); {remedies['start']} "
        "(CORPUS_DEBUG=1 shows it all)"
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yields an error and what it was raised for, hidden or not."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _family(runner: str) -> str:
    """The key of a runner in the tables of remedies.

    >>> _family("PrismRunner"), _family("apache_beam.runners.dask.dask_runner.DaskRunner")
    ('prism', 'dask')
    """
    return runner.rpartition(".")[2].lower().removesuffix("runner")


def _python_remedy(request: Request, python: str) -> str:
    return _PYTHON.get(_family(request.runner), _PYTHON_ELSE).format(python=python)


def _start_remedy(request: Request) -> str:
    return _START.get(_family(request.runner), _START_ELSE)
