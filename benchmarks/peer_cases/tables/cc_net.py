"""CCNet: its normaliser of text, and duplicates of lines."""

from peer_cases.cases import Table

TABLE = Table("cc_net", "CCNet")
TABLE.cannot("the normalised text itself, which is inside *perplexity*", "normalize",
             "slow_normalize_for_dedup", "normalize_for_dedup", "normalize_line",
             "remove_unicode_punct", "replace_unicode_punct", "normalize_spacing_for_tok",
             "strip_accents", "remove_non_printing_char")  # fmt: skip
TABLE.cannot("parts of the dedup of one file", "get_hashes", "duplicates_dict",
             "remove_duplicates_sharded", "deduplicate", "deduplicate_two_pass", "str_hash",
             "hashes", "compute_hashes", "sizeof_fmt", "length", "int_hash",
             "finalize_doc", "mem_footprint_gb")  # fmt: skip
TABLE.not_text("writing of files", "reshard", "fast_reshard", "get_index", "determine_groups",
               "regroup")  # fmt: skip
