"""Models from texts: tokenizers, language models, classifiers, cut-offs."""
