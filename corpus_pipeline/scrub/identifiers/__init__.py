"""Identifiers that a state, an insurance or a maker gives out, dates of birth, and wallets.

| module | what it has |
| --- | --- |
| `rule` | the form of a rule: an entity, how it is written, its check |
| `america`, `britain`, … | rules and checks, by region |
| `devices`, `wallets`, `birth_dates` | vehicles and devices; crypto wallets; dates of birth |
| `words`, `labels` | the words that announce an identifier, and how they lead to it |
| `forms`, `scan` | the pass over the bytes that finds the few places to read |
| `finder` | reads them |

A new country is one row of `RULES` with a check, its words in `words.txt`, and its entity in
`entities.TABLE`.
"""

from corpus_pipeline.scrub.identifiers.finder import load_finder

__all__ = ["load_finder"]
