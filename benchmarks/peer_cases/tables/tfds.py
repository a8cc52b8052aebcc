"""The C4 of tensorflow_datasets: the cleaning of a page, listed words, paragraphs, addresses."""

import functools
import tempfile
from pathlib import Path
from typing import Any

from peer_cases.cases import Answers, Attempt, Case, Choice, Table
from peer_cases.ours import one, profile

TABLE = Table("tfds", "tensorflow_datasets, C4")


def _page(case: Case) -> dict[str, Any]:
    page: dict[str, Any] = case.input["page"] if "page" in case.input else case.input["given"][0]
    return page


@TABLE.maps("get_clean_page_fn", "clean_page")
def clean_page(case: Case) -> Attempt:
    """The profile c4@tfds, and then C4's lines."""
    steps = [profile({}, base="c4@tfds"), {"lines": {"rules": "c4"}}]
    row = one(steps, text=_page(case)["text"], lang="en")
    ours = None if row["drop_reason"] else row["text"]
    result = case.answer["result"]
    return Answers(ours, result[0]["text"] if result else None)


@functools.cache
def _lists(words: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    folder = Path(tempfile.mkdtemp(prefix="peer-words-"))
    for language, listed in words:
        (folder / f"{language}.txt").write_text("\n".join(listed) + "\n", "utf-8")
    return str(folder)


@TABLE.maps("get_badwords_filter_fn")
def badwords(case: Case) -> Attempt:
    """One listed word is enough."""
    fraction = case.option("filter_fraction")
    if fraction not in (None, 1, 1.0):
        return Choice("chosen by the hash of the text, not of the address", "steps/url.md#shares")
    words = tuple(sorted((name, tuple(each)) for name, each in case.option("badwords").items()))
    language = _page(case)["language"].partition("-")[0]
    step = {"keywords": {"lists": _lists(words), "max_hits": 0}}
    row = one([step], text=_page(case)["text"], lang=language)
    return Answers(row["drop_reason"] is None, bool(case.answer["result"]))


@TABLE.maps("paragraph_filter")
def paragraphs(case: Case) -> Attempt:
    """Lines of so many characters; the peer asks for three of them at least."""
    least = case.input["min_paragraph_len"]
    wanted = max(3, case.input["min_paragraphs"])
    step = profile({"text_min_long_lines": wanted}, {"long_line": least})
    row = one([step], text=_page(case)["text"], lang="en")
    return Answers(row["drop_reason"] is None, bool(case.answer["result"]))


@TABLE.maps("is_valid_length")
def length(case: Case) -> Attempt:
    """Characters of the page."""
    step = profile({"c4_max_chars": int(case.input["max_length"])})
    row = one([step], text=_page(case)["text"], lang="en")
    return Answers(row["drop_reason"] is None, bool(case.answer["result"]))


@TABLE.maps("normalize_url")
def normalised(case: Case) -> Attempt:
    """One form of addresses, which is another one."""
    return Choice("the one form of an address keeps its scheme and www.",
                  "steps/url.md#one-form-of-addresses")  # fmt: skip


TABLE.not_text("counters, reading of files, transforms of a pipeline", "get_counter_inc_fn",
               "split_wet_file", "remove_duplicate_text", "get_hashed_url_filter_fn")  # fmt: skip
