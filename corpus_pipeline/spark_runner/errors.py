"""Every error that this package raises on purpose.

    SparkRunnerError
    ├── UnsupportedPipelineError  the pipeline uses what the Spark runner does not execute
    ├── WorkerStuckError          a bundle takes longer than it may, as often as Spark tries it
    ├── WorkerDiedError           a worker dies, as often as Spark tries its task
    └── StageFailure              what a DoFn raised, on its way to the driver; nobody gets it there

Each message is one line: what, where, what to do. What a DoFn raises comes back as it is.
"""


class SparkRunnerError(Exception):
    """Spark is not there, does not start or fails; base of all errors below."""


class UnsupportedPipelineError(SparkRunnerError):
    """The pipeline uses a feature of Beam that the Spark runner does not execute."""


class WorkerStuckError(SparkRunnerError):
    """A bundle takes longer than it may, as often as Spark tries it."""


class WorkerDiedError(SparkRunnerError):
    """A Python worker or an executor dies, as often as Spark tries its task."""


class StageFailure(SparkRunnerError):
    """Carries an exception of a DoFn to the driver, inside Spark's text."""
