"""*url*: block lists, words, patterns, shares and one form of the address that a document has."""
