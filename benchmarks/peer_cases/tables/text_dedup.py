"""text-dedup: hashes, shingles, similarity, clusters."""

from peer_cases.cases import Answers, Attempt, Case, Table
from peer_cases.ours import OWN_STEPS, one, replacing

TABLE = Table("text-dedup", "text-dedup")
TABLE.inner("hashes and shingles of the comparison of documents", "ngrams", "tokenize",
             "jaccard_similarity", "cluster_jaccard_similarity", "sha1_hash", "sha1_digest",
             "xxh3_hash",
             "xxh3_16hash", "xxh3_32hash", "xxh3_64hash", "xxh3_128hash", "md5_hexdigest",
             "sha256_hexdigest", "md5_digest", "sha256_digest", "xxh3_64_digest",
             "xxh3_128_digest")  # fmt: skip


@TABLE.maps("normalize")
def normalised(case: Case) -> Attempt:
    """Small letters, digits as zeros, no marks: what CCNet compares."""
    steps = [
        replacing((r"^\s+|\s+$", "")),
        {"use": f"{OWN_STEPS}:lower_case"},
        {**replacing((r"\p{Nd}", "0"), (r"[\p{P}\p{C}\p{S}]+", "")), "label": "marks"},
    ]
    text = str(case.input["line"])
    ours = one(steps, text=text)["text"] if text else text
    return Answers(ours, case.answer["result"], own_step=True)


@TABLE.maps("news_copy_preprocessing")
def news(case: Case) -> Attempt:
    """Lines joined, marks and all but ASCII left out."""
    marks = r"""["#$%&\\()*+/:;<=>@\[\]^_`{|}~.?,!']"""
    step = replacing((r"-\n", ""), (r"\n", " "), (marks, ""), (r"[^\x00-\x7F]", ""))
    text = case.text
    return Answers(one([step], text=text)["text"] if text else text, case.answer["result"])
