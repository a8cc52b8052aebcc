"""*perplexity*: how surprising a text is to a language model."""
