"""Removal of lines that are no text: the line rules of C4, RefinedWeb, DCLM, and one's own."""
