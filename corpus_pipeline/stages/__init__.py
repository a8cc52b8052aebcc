"""The stages, one module each, as steps of phases. They wire and count; pure rooms do the work.

`FLOW` is the order in which a document passes them; docs/flow/ has a page for each.
"""

#: read · extract · filter (four of them) · dedup · scrub · tokenize, then the trainer's loader.
FLOW = (
    "read",
    "extract",
    "language",
    "quality",
    "keywords",
    "perplexity",
    "dedup",
    "scrub",
    "tokenize",
    "loader",
)
