"""The `corpus` command, and what it prints."""
