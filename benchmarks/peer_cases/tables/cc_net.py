"""CCNet: its normaliser of text, and duplicates of lines."""

from typing import Any

from peer_cases.cases import Answers, Attempt, Case, Table
from peer_cases.ours import one, own_step, replacing, whole_run

TABLE = Table("cc_net", "CCNet")

#: ASCII mark -> what of Unicode becomes it.
_MARKS = {
    ",": "，、", ".": "。", '"': "„”“«»１」「《》", "'": "´’", ":": "∶：", "?": "？", "!": "！",
    "(": "（", ")": "）", ";": "；", "-": "–━►", " - ": "—", ". ": "．", "~": "～", "...": "…",
    "<": "〈", ">": "〉", "[": "【", "]": "】", "%": "％",
}  # fmt: skip
_REPLACED = [(f"[{found}]", mark) for mark, found in _MARKS.items()]
_REMOVED = [(f"[{''.join(_MARKS.values())}]", "")]
_CONTROLS = (r"[\x00-\x1f\x7f-\x{9f}]", "")


def _text(case: Case) -> str:
    return str(next(iter(case.input.values())))


@TABLE.maps("replace_unicode_punct", "remove_unicode_punct", "remove_non_printing_char")
def marks(case: Case) -> Attempt:
    """Listed characters, and what each becomes."""
    kinds = {"replace_unicode_punct": _REPLACED, "remove_unicode_punct": _REMOVED}
    row = one([replacing(*kinds.get(case.operator, [_CONTROLS]))], text=_text(case))
    return Answers(row["text"], case.answer["result"])


@TABLE.maps("normalize", "normalize_line", "slow_normalize_for_dedup", "normalize_for_dedup",
            "strip_accents")  # fmt: skip
def normalised(case: Case) -> Attempt:
    """Small letters without accents, then digits and marks."""
    options: dict[str, Any] = {"accent": True, "case": True, "numbers": True, "punct": 1}
    if case.operator.endswith("for_dedup"):
        options |= {"accent": False, "punct": 2}
    if case.operator == "strip_accents":
        options |= {"case": False, "numbers": False, "punct": 0}
    options |= {name: value for name, value in case.input.items() if name in options}
    listed = [(r"\p{Nd}", "0")] if options["numbers"] else []
    listed += {1: _REPLACED, 2: _REMOVED}.get(options["punct"], [])
    folded = own_step("folded", case=options["case"], accents=options["accent"])
    row = one([folded, replacing(*listed, _CONTROLS)], text=_text(case))
    return Answers(row["text"], case.answer["result"], own_step=True)


@TABLE.maps("deduplicate")
def lines(case: Case) -> Attempt:
    """Lines that stood in the file before."""
    sentence = {"unit": "line", "span": 1, "min_words": 1, "max_loss": 1}
    off = {"enabled": False}
    step = {"dedup": {"exact": off, "document": off, "contamination": off, "sentence": sentence}}
    texts = [each["text"] for each in case.input["file"]]
    rows = whole_run([step], [{"id": str(n), "text": text} for n, text in enumerate(texts)])
    ours = ["" if row["drop_reason"] else row["text"] for row in rows]
    return Answers(ours, [each["text"] for each in case.answer["result"]])


TABLE.differs(
    "deduplicate",
    reason="the copy that stays is in the document of least rank, there in the first that is read",
    page="flow/7-dedup.md#sentence",
)
TABLE.cannot("duplicates of a set of hashes that is given", "remove_duplicates_sharded",
             "deduplicate_two_pass")  # fmt: skip
TABLE.inner("hashes of lines, sets of them, sizes in memory", "get_hashes", "duplicates_dict",
            "str_hash", "hashes", "compute_hashes", "sizeof_fmt", "length", "int_hash",
            "finalize_doc", "mem_footprint_gb")  # fmt: skip
TABLE.not_text("writing of files", "reshard", "fast_reshard", "get_index", "determine_groups",
               "regroup")  # fmt: skip
