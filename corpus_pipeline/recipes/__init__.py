"""Published corpora as configurations: one file each, with the source of every figure."""
