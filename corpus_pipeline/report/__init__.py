"""One page about a finished run: its figures, its charts, and some of its documents."""
