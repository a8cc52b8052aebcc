"""datatrove: duplicates of documents, of sentences and of strings."""

from typing import Any

from peer_cases.cases import Answers, Attempt, Cannot, Case, Choice
from peer_cases.ours import whole_run
from peer_cases.tables.datatrove import TABLE

_OFF = {"enabled": False}
_EARLIER = Choice(
    "an earlier release is a source of lower priority, read again and part of the output",
    "flow/7-dedup.md#speed-memory-limits",
)
#: Test -> what the function says that chooses among documents of one address.
_PRIORITIES = {
    "test_url_deduplication_with_priority_highest_id": "metadata.number",
    "test_url_deduplication_with_priority_lowest_id": "6 - metadata.number",
    "test_sd_worker": "metadata.number",
    "test_distributed_find_dups": "metadata.number",
    "test_cluster_size": "metadata.number",
}


def _signed(case: Case, step: str) -> list[dict[str, Any]]:
    """Returns the documents that a step of the same test has seen, each once."""
    found = {}
    for each in case.input["earlier"]:
        if each["step"] == step:
            found.update({document["id"]: document for document in each["documents"]})
    return list(found.values())


@TABLE.maps("ExactDedupFilter")
def exact(case: Case) -> Attempt:
    """Which of the documents of one address stay."""
    test = case.test.rpartition("::")[2]
    if "normalization" in test:
        return Cannot("equal values of a function over documents")
    if "index" in test:
        return _EARLIER
    documents = _signed(case, "ExactDedupSignature") or case.input["documents"]
    priority = _PRIORITIES.get(test)
    address = {"form": "exact"} if priority is None else {"form": "exact", "greatest": priority}
    others = dict.fromkeys(("exact", "document", "contamination", "sentence"), _OFF)
    sent = [
        {"id": each["id"], "text": "text", "url": each["metadata"]["url"],
         "number": int(each["id"])}
        for each in documents
    ]  # fmt: skip
    rows = whole_run([{"dedup": {**others, "address": address}}], sent)
    kept = {row["id"] for row in rows if row["drop_reason"] is None}
    given = [each["id"] for each in case.input["documents"]]
    theirs = [each["id"] for each in case.answer["documents"]]
    if priority is not None:
        return Answers([name for name in given if name in kept], theirs)
    urls = {each["id"]: each["metadata"]["url"] for each in documents}
    return Answers(sorted(urls[name] for name in kept), sorted(urls[name] for name in theirs))


@TABLE.maps("SentenceDedupFilter")
def sentences(case: Case) -> Attempt:
    """What words are left when spans of sentences that stand twice are cut out."""
    config = case.option("config") or {}
    if any(each["step"] == "SentenceDedupBuildIndex" for each in case.input["earlier"]):
        return _EARLIER
    documents = _signed(case, "SentenceDedupSignature") or case.input["documents"]
    sentence = {
        "unit": "sentence" if config.get("split_sentences", True) else "line",
        "span": config.get("n_sentences", 3), "min_words": max(config.get("min_doc_words", 50), 1),
        "max_loss": 1,
    }  # fmt: skip
    others = dict.fromkeys(("exact", "document", "contamination"), _OFF)
    rows = whole_run([{"dedup": {**others, "sentence": sentence}}],
                     [{"id": each["id"], "text": each["text"]} for each in documents])  # fmt: skip
    ours = [row["text"].split() for row in rows if row["drop_reason"] is None]
    return Answers(ours, [each["text"].split() for each in case.answer["documents"]])


TABLE.differs(
    "SentenceDedupFilter",
    reason="the copy that stays is in the document of least rank, and stays whole",
    page="flow/7-dedup.md#sentence",
)


@TABLE.maps("MinhashDedupFilter")
def near_copies(case: Case) -> Attempt:
    """How many documents stay."""
    documents = _signed(case, "MinhashDedupSignature") or case.input["documents"]
    others = dict.fromkeys(("exact", "sentence", "contamination"), _OFF)
    rows = whole_run([{"dedup": {**others, "document": {"cluster": "components"}}}],
                     [{"id": str(number), "text": each["text"]}
                      for number, each in enumerate(documents)])  # fmt: skip
    ours = sorted(each["text"] for each, row in zip(documents, rows, strict=True)
                  if row["drop_reason"] is None)  # fmt: skip
    return Answers(ours, sorted(each["text"] for each in case.answer["documents"]))


TABLE.differs(
    "MinhashDedupFilter",
    reason="near copies are verified by their shingles, and the longest one stays",
    page="flow/7-dedup.md#document",
)
TABLE.cannot("a filter of one pass that takes a few documents for copies by chance",
             "SingleBloomFilter")  # fmt: skip
TABLE.cannot("strings of tokens found by a suffix array made elsewhere", "ESRangeRemover",
             "ExactSubstrDedupFilter")  # fmt: skip
TABLE.cannot("occurrences of a listed phrase per word", "WordsContaminationStats")  # fmt: skip
