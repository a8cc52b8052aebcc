"""Finding or starting Spark, and saying in one line why it does not work."""

import importlib.util
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from corpus_pipeline.spark_runner import daemon
from corpus_pipeline.spark_runner.distribution import INSTALL, NAME
from corpus_pipeline.spark_runner.errors import SparkRunnerError
from corpus_pipeline.spark_runner.failures import unpack_failure
from corpus_pipeline.spark_runner.java import check_java
from corpus_pipeline.spark_runner.lost_workers import lost_worker

#: What a context of ours has where the user says nothing.
_DEFAULTS = {
    # A task is tried four times, as on a cluster; on this machine Spark would try it once.
    "spark.master": "local[*,4]",
    "spark.app.name": NAME,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.python.daemon.module": daemon.__name__,
    # Else nobody hears what a worker was at when it died.
    "spark.python.worker.faulthandler.enabled": "true",
    # Over TCP every task waits for late acknowledgements; Spark before 4.1 knows nothing else.
    "spark.python.unix.domain.socket.enabled": "true",
}
_LOCAL_DEFAULTS = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}

#: Names of what earlier contexts of this process were started with: they say nothing of later ones.
_GIVEN: set[str] = set()

#: Failures of tasks come back as exceptions; their Java stack traces are nobody's business.
_LOG4J = """\
rootLogger.level = error
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} Spark %p %c{1}: %m%n%ex{0}
logger.executor.name = org.apache.spark.executor.Executor
logger.executor.level = off
logger.tasks.name = org.apache.spark.scheduler.TaskSetManager
logger.tasks.level = off
logger.python.name = org.apache.spark.api.python
logger.python.level = off
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
"""


def preload_setting(modules: Sequence[str]) -> dict[str, str]:
    """Returns the setting that tells the process that workers are forked from what to import.

    >>> preload_setting(["json", "csv"])
    {'spark.executorEnv.BEAM_SPARK_PRELOAD': 'json,csv'}
    """
    return {f"spark.executorEnv.{daemon.PRELOAD}": ",".join(modules)} if modules else {}


def open_context(settings: Mapping[str, str]) -> tuple[Any, bool]:
    """Returns the SparkContext of this process, and whether it was started here.

    Args:
        settings: Spark configuration, `spark.master` among it. Where a context or the configuration
            of spark-submit is there already, that wins, and a warning names what it overrides.

    Raises:
        SparkRunnerError: pyspark or Java is missing, or Spark does not start.
    """
    pyspark = _pyspark()
    context = pyspark.SparkContext._active_spark_context
    if context is not None and context._jsc is not None:
        _tell_overridden(settings, dict(context.getConf().getAll()))
        return context, False
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not submitted:
        check_java()
    try:
        return _start(pyspark, settings, submitted), True
    except Exception as error:
        raise SparkRunnerError(f"Spark does not start: {first_line(str(error))}") from error


def _pyspark() -> Any:
    # No ImportError: whoever looks at it would take it for a module that workers lack.
    if importlib.util.find_spec("pyspark") is None:
        raise SparkRunnerError(f"the Spark runner needs pyspark: {INSTALL}")
    import pyspark

    return pyspark


def _start(pyspark: Any, settings: Mapping[str, str], submitted: bool) -> Any:
    if submitted:
        # The JVM of spark-submit is there; only now can its configuration be read.
        pyspark.SparkContext._ensure_initialized()
    configuration = pyspark.SparkConf()
    if configuration._jconf is not None:
        # Java holds what it was started with as if a user had configured it.
        for name in _GIVEN:
            configuration._jconf.remove(name)
    _tell_overridden(settings, dict(configuration.getAll()))
    for name, value in {**_DEFAULTS, **settings}.items():
        configuration.setIfMissing(name, value)
    local = configuration.get("spark.master").startswith("local")
    if local:
        for name, value in _LOCAL_DEFAULTS.items():
            configuration.setIfMissing(name, value)
    if submitted:
        with _environment({"PYSPARK_PYTHON": sys.executable}):
            return pyspark.SparkContext(conf=configuration)
    with _log_configuration() as option, _environment(_process_environment(local)):
        java_options = configuration.get("spark.driver.extraJavaOptions", "")
        configuration.set("spark.driver.extraJavaOptions", f"{option} {java_options}".strip())
        _GIVEN.update(_DEFAULTS, settings, _LOCAL_DEFAULTS if local else ())
        return pyspark.SparkContext(conf=configuration, gateway=_gateway(configuration))


def _gateway(configuration: Any) -> Any:
    """Starts Java, or returns None where an earlier context has left one.

    What Java writes to stderr is passed on, but for one line: Spark 4 loads a module that Java
    calls incubating, and no option of Java's keeps the warning back.
    """
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    if SparkContext._gateway is not None:
        return None
    reading, writing = os.pipe()
    threading.Thread(target=_pass_on, args=[reading], name="spark-stderr", daemon=True).start()
    try:
        return launch_gateway(configuration, {"stderr": writing})
    finally:
        os.close(writing)


def _pass_on(reading: int) -> None:
    with open(reading, "rb") as lines:
        for line in lines:
            if not line.startswith(b"WARNING: Using incubator modules"):
                with suppress(OSError):  # nobody reads it; Java must not wait for that
                    os.write(2, line)


def _process_environment(local: bool) -> dict[str, str]:
    environment = {"PYSPARK_PYTHON": sys.executable}
    if local:
        # Else Spark asks for the host's name, which may have no address.
        environment["SPARK_LOCAL_IP"] = "127.0.0.1"
    return environment


@contextmanager
def _log_configuration() -> Iterator[str]:
    """Gives the option of the JVM that names our configuration of its log."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log4j2.properties")
        path.write_text(_LOG4J)
        yield f"-Dlog4j2.configurationFile={path.as_uri()}"


@contextmanager
def _environment(defaults: Mapping[str, str]) -> Iterator[None]:
    """Sets variables of the environment where they are missing, for as long as Spark starts."""
    missing = [name for name in defaults if name not in os.environ]
    os.environ.update({name: defaults[name] for name in missing})
    try:
        yield
    finally:
        for name in missing:
            del os.environ[name]


def _tell_overridden(settings: Mapping[str, str], present: Mapping[str, str]) -> None:
    overridden = sorted(n for n, value in settings.items() if present.get(n, value) != value)
    if overridden:
        logging.warning(
            "Spark is configured already; its own values stand for %s", ", ".join(overridden)
        )


def explained(error: Exception) -> Exception:
    """Turns an exception of Spark's into that of the DoFn, or into one line."""
    text = str(error)
    failure = unpack_failure(text)
    if failure is not None:
        return failure
    java = getattr(error, "java_exception", None)
    told = text if java is None else str(java.toString())
    return lost_worker(told) or SparkRunnerError(f"Spark: {cause_of(told)}")


#: Lines of Spark's that say what happened, most telling first.
_CAUSES = (
    re.compile(r"Error from python worker:\s*([^\n]+)"),
    re.compile(r"(ModuleNotFoundError: No module named '[^']*')"),
    re.compile(
        r"PythonException: Traceback .*?^(\w[\w.]*(?:Error|Exception): [^\n]*)", re.M | re.S
    ),
    re.compile(r"(Total size of serialized results [^\n]*)"),
)


def cause_of(text: str) -> str:
    """Finds the line that matters in the text of a failed job.

    >>> cause_of("Job aborted due to stage failure: Lost task 0.0 in stage 0.0: "
    ...          "org.apache.spark.SparkException: \\nError from python worker:\\n"
    ...          "  /usr/bin/python3: No module named corpus_pipeline\\n\\tat org.apache.spark")
    '/usr/bin/python3: No module named corpus_pipeline'
    >>> cause_of("Master removed our application: FAILED\\n\\tat ...")
    'Master removed our application: FAILED'
    """
    for cause in _CAUSES:
        found = cause.search(text)
        if found:
            return found[1].strip()
    return first_line(text)


def first_line(text: str) -> str:
    """Returns the first line of a text that is not empty."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")
