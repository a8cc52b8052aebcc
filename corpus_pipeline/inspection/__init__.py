"""Answers about a finished run, from its files alone."""
