"""The state of a run in its output folder: units, manifests, files cut by partition."""
