"""The configuration: its file, the sections, the list of steps, and the steps of one run."""
