"""*where*: boolean expressions over the columns of a document and the fields of its metadata."""
