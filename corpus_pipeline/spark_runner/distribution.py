"""What this package is installed from and ended with: all that its messages say of either."""

#: On the package index, and the name that Spark shows of an application.
NAME = "corpus-pipeline"
#: Brings pyspark.
INSTALL = f"pip install '{NAME}[spark]'"
#: Ends a cluster on this machine.
CLUSTER_DOWN = "corpus cluster down"
