"""Identifiers that are read by their form."""
