"""What the line rules count in each document, and why they drop one."""

import pyarrow as pa

#: The rules that remove lines, in the order in which they look at one, and why it goes. The first
#: that fails counts the line.
RULES = {
    "word_too_long": "a word is longer than max_word_chars",
    "no_end_mark": "they end in no end mark",
    "uppercase": "they have too many capitals",
    "digits": "they have too many digits",
    "little_han": "they have too few Chinese characters",
    "private_use": "they have too many characters of private use, or that nobody could decode",
    "few_words": "they have fewer than min_words",
    "few_chars": "they have fewer than min_chars",
    "javascript": "they mention javascript",
    "lorem_ipsum": "they have lorem ipsum",
    "policy": "they have a phrase of cookie and policy notices",
    "advertisement": "they have a phrase of advertisements",
    "counter": "they are a counter",
    "navigation": "they are nothing but navigation phrases",
    "pattern": "one of the patterns is found in them",
    "listed_words": "they have too many listed words",
    "book_matter": "they stand before or behind a book and are no part of it",
    "repeated": "the document had them before",
}
#: So many line numbers are kept of each document.
SHOWN_LINES = 10

_COUNTS = {
    "lines_before": "lines that are not blank, before this step",
    "lines_words_before": "words in them",
    "lines_removed": "lines that this step removes; with `remove: false` those that it would",
    "lines_removed_words": "words in them, and in what is cut out of lines that stay; citations do "
    "not count",
    "lines_removed_chars": "characters in the same, without the white space around lines",
    "lines_cut": "lines that stay without a part: a navigation phrase or a citation",
    **{f"lines_removed_{rule}": f"removed lines that go because {why}; null if the rule is off"
       for rule, why in RULES.items()},
}  # fmt: skip
#: One int32 column per count, and the numbers of lines. All are null for a null text, and for a
#: document that is dropped they say what would have gone.
LINE_MEASURES = pa.schema(
    [pa.field(name, pa.int32(), metadata={"meaning": meaning}) for name, meaning in _COUNTS.items()]
    + [
        pa.field(
            "lines_removed_at",
            pa.list_(pa.int32()),
            metadata={
                "meaning": f"numbers of the first {SHOWN_LINES} removed lines in the text before "
                "this step, blank lines counted, from 1; null when none goes"
            },
        )
    ]
)
#: Why a document is dropped, in rule order, and what is said of it.
LINE_SENTENCES = {
    "lines-too-many-removed": "the line rules would take {value:%} of its words "
    "({lines_removed_words:,} of {lines_words_before:,})"
    "[; the rule {rule} allows {options.max_removed_words:%}]",
    "lines-too-many-of-a-rule": "one line rule would take too many of its lines[: {explained}]",
    "lines-nothing-left": "the line rules take all of its lines[: {explained}]",
}
LINE_REASONS = tuple(LINE_SENTENCES)
