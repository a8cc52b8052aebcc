"""Repair of texts: mojibake, the width of characters, one kind of Chinese characters."""
