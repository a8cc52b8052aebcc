"""The run: its phases, who runs them and in which order, and its publication."""
