"""What is cut from around books: marks of every decade, credits, notes; and what stays.

The headers have the form of published files; titles, names and texts were made up.
"""

import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline.filters.lines.books import find_matter
from corpus_pipeline.filters.lines.edits import edit_texts, find_lines, measure_lines
from corpus_pipeline.filters.lines.options import LinesOptions

BOOK = (
    "THE LAMP AND THE RIVER\n\nBy A. Nobody\n\nCHAPTER I\n\nThe river rose in the night.\n\n"
    "Nobody had thought that it would.\n\nTHE END"
)
LICENCE = "Updated editions will replace the previous one.\n\nSection 1. General Terms of Use"

MODERN = (
    "The Project Gutenberg eBook of The Lamp and the River\n    \nThis ebook is for the use of "
    "anyone anywhere.\n\nTitle: The Lamp and the River\n\nCredits: A. Volunteer\n\n"
    "*** START OF THE PROJECT GUTENBERG EBOOK THE LAMP AND THE RIVER ***\n\n\n\n{book}\n\n\n"
    "*** END OF THE PROJECT GUTENBERG EBOOK THE LAMP AND THE RIVER ***\n\n{licence}"
)
TENS = (
    "The Project Gutenberg EBook of The Lamp, by A. Nobody\n\n"
    "***START OF THE PROJECT GUTENBERG EBOOK THE LAMP***\n\n\n"
    "E-text prepared by A. Volunteer\nand the Project Gutenberg Online Distributed Proofreading "
    "Team\n(http://www.pgdp.net)\n\n\n\nNote: Project Gutenberg also has an HTML version of this\n"
    "      file which includes the original illustrations.\n\nTranscriber's note:\n\n"
    "      Text enclosed by underscores is in italics.\n\n\n\n{book}\n\n\n\n"
    "***END OF THE PROJECT GUTENBERG EBOOK THE LAMP***\n\n******* This file should be named 1.txt"
    "\n\n{licence}"
)
WRAPPED = (
    "*** START OF THIS PROJECT GUTENBERG EBOOK THE LAMP AND\nTHE RIVER, A STORY IN MANY\nPARTS ***"
    "\n\nProduced by A. Volunteer\n\n[Transcriber's Note: Two pages\n\nwere missing [sic] in the "
    "scan.]\n\n{book}\n\nEnd of Project Gutenberg's The Lamp, by A. Nobody\n\n"
    "*** END OF THIS PROJECT GUTENBERG EBOOK THE LAMP ***\n\n{licence}"
)
NINETIES = (
    "The Project Gutenberg Etext of The Lamp, by A. Nobody\n\n**Welcome To The World of Free Plain "
    "Vanilla Electronic Texts**\n\n***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***"
    "\nWhy is this here?\n\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n\n\n"
    "This etext was prepared by A. Volunteer\n\n{book}\n\n\n\n"
    "End of The Project Gutenberg Etext of The Lamp, by A. Nobody\n"
)
PRINT_BEHIND = (
    "{book}\n\nEnd of the Project Gutenberg EBook of The Lamp\n\n"
    "*END THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*Ver.02/11/02*END*\n"
)
GERMAN = "{book}\n\nEnde dieses Projekt Gutenberg Etextes Die Lampe\n"
NOTES_BEHIND = (
    "*** START OF THE PROJECT GUTENBERG EBOOK THE LAMP ***\n{long}{book}\n\n\nTranscriber’s Notes\n"
    "\nPage 3: “teh” became “the”.\n\nPage 9: a comma.\n\n"
    "*** END OF THE PROJECT GUTENBERG EBOOK THE LAMP ***\n"
)


def kept(text: str) -> str:
    """What stays of a text."""
    texts = pa.array([text])
    lines = find_lines(texts, LinesOptions(book_matter="gutenberg"))
    found: str = edit_texts(texts, lines, np.array([True]))[0].as_py()
    return found


@pytest.mark.parametrize(
    "form", [MODERN, TENS, WRAPPED, NINETIES, PRINT_BEHIND, GERMAN],
    ids=["modern", "tens", "wrapped", "nineties", "print-behind", "german"],
)  # fmt: skip
def test_the_book_stays_and_nothing_else(form: str) -> None:
    assert kept(form.format(book=BOOK, licence=LICENCE)) == BOOK


def test_notes_behind_the_book_go() -> None:
    long = "The water stood for days.\n\n" * 40
    assert kept(NOTES_BEHIND.format(book=BOOK, long=long)) == (long + BOOK)


@pytest.mark.parametrize(
    "text",
    [
        BOOK,
        "I read it at Project Gutenberg.\n\nThe end of the Project came soon.",
        "Project Gutenberg writes *** START OF THE PROJECT GUTENBERG EBOOK *** into its files.",
        "Chapter 1\n\nTranscriber's note: I heard this at Project Gutenberg.\n\nMore.",
        "在古登堡计划（Project Gutenberg）里有这本书。",
        "",
    ],
)
def test_other_texts_keep_all_of_their_bytes(text: str) -> None:
    assert kept(text) == text
    assert find_matter(text) is None


def test_a_part_that_ends_inside_does_not_end_the_whole() -> None:
    text = (
        "*** START OF THE PROJECT GUTENBERG EBOOK ALL LAMPS ***\n\nPart one.\n\n"
        "End of the Project Gutenberg EBook of Lamp One\n\n" + "Part two goes on.\n\n" * 300
        + "*** END OF THE PROJECT GUTENBERG EBOOK ALL LAMPS ***"
    )  # fmt: skip
    assert kept(text).startswith("Part one.")
    assert kept(text).count("Part two goes on.") == 300


def test_a_quoted_mark_far_inside_is_no_beginning() -> None:
    text = "word word\n" * 8000 + "*** START OF THE PROJECT GUTENBERG EBOOK X ***\n" + BOOK
    assert find_matter(text) is None


def test_lines_are_counted_for_their_rule() -> None:
    text = MODERN.format(book=BOOK, licence=LICENCE)
    texts = pa.array(["A lamp.", text, None])
    row = measure_lines(find_lines(texts, LinesOptions(book_matter="gutenberg"))).to_pylist()
    assert [each["lines_removed_book_matter"] for each in row] == [0, 8, None]
    assert row[1]["lines_before"] - row[1]["lines_removed"] == len(
        [line for line in BOOK.split("\n") if line]
    )
    off = measure_lines(find_lines(texts, LinesOptions()))
    assert off["lines_removed_book_matter"].null_count == 3


def test_hostile_marks_take_linear_time() -> None:
    for part in ("*** START OF THE PROJECT GUTENBERG EBOOK ", "End of the Project Gutenberg \n\n",
                 "[Transcriber's Note: ", "*** \n", "Produced by \n\n", " \n"):  # fmt: skip
        text = "*** START OF THE PROJECT GUTENBERG EBOOK A ***\n" + part * (2_000_000 // len(part))
        find_matter(text)
