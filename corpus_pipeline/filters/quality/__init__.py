"""*quality*: what the rules of Gopher, C4 and FineWeb count, and these rules."""
