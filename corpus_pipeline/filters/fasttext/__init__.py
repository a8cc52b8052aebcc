"""Models of fastText: their files, the rows of a text, the labels that these give."""
