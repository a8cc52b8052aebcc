"""*language*: which language a document is in."""
