"""`corpus cluster`: a Spark cluster on this machine, to try things on."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_pipeline.cli.help import example

app = typer.Typer(
    help="Start and end a Spark cluster on this machine, for tests and trials.",
    no_args_is_help=True,
)

FolderOption = Annotated[
    Path, typer.Option("--dir", help="Folder of the cluster's state, logs and working files.")
]
_FOLDER = Path(".corpus-cluster")


@app.command(epilog=example("corpus cluster up spark --workers 2"))
def up(
    kind: Annotated[str, typer.Argument(help="spark, the only kind.")] = "spark",
    workers: Annotated[int, typer.Option(min=1, help="Number of workers.")] = 2,
    cores: Annotated[int, typer.Option(min=1, help="Cores of each worker.")] = 1,
    memory: Annotated[str, typer.Option(help="Memory of each worker, such as 2g.")] = "1g",
    port: Annotated[int, typer.Option(help="Port of the master; 0: a free one.")] = 0,
    folder: FolderOption = _FOLDER,
) -> None:
    """Start a cluster; returns when all workers are there."""
    from corpus_pipeline.engines.spark_cluster import cluster_status, cluster_up

    cluster = cluster_up(folder, kind, workers, memory, cores, port)
    print(cluster_status(folder).describe())
    option = f"spark.master={cluster.master_url}"
    print(f"use it: corpus run CONFIG --runner spark --runner-option {option}")


@app.command(epilog=example("corpus cluster down"))
def down(folder: FolderOption = _FOLDER) -> None:
    """End every process of the cluster and remove its state."""
    from corpus_pipeline.engines.spark_cluster import cluster_down

    print(f"{folder}: {'ended' if cluster_down(folder) else 'no cluster'}")


@app.command(epilog=example("corpus cluster status"))
def status(folder: FolderOption = _FOLDER) -> None:
    """Tell what runs in the folder."""
    from corpus_pipeline.engines.spark_cluster import cluster_status

    print(cluster_status(folder).describe())
