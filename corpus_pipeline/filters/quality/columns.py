"""What *quality* measures, and what each measure means. `measures.py` counts it."""

import pyarrow as pa

#: Orders of the n-grams of which the most common one counts, and of those that are repeated.
TOP_ORDERS = (2, 3, 4)
DUPLICATE_ORDERS = (5, 6, 7, 8, 9, 10)

MEANINGS = {
    "chars": "characters",
    "word_chars": "characters that are not space, the total of all words' lengths",
    "letters": "letters, combining marks and characters of unspaced scripts",
    "digits": "digits and other numerals",
    "words": "words",
    "words_with_letter": "words with at least one letter or character of an unspaced script",
    "longest_word": "characters in the longest word",
    "hash_marks": "occurrences of #",
    "ellipses": "runs of … and of three or more full stops",
    "newlines": "line feeds",
    "sentences": "sentences; the end of a line ends one",
    "lines": "lines that are not blank",
    "longest_line": "characters in the longest line, without space around it",
    "bullet_lines": "lines that begin with a bullet",
    "ellipsis_lines": "lines that end in an ellipsis",
    "terminal_lines": "lines that end in a mark that can end a sentence, or in a quotation mark",
    "short_lines": "lines of at most 30 characters",
    "few_word_lines": "lines of fewer than 5 words",
    "long_word_lines": "lines with a word of more than 1,000 characters",
    "javascript_lines": "lines that mention javascript",
    "policy_lines": "lines with one of C4's cookie and policy phrases",
    "lorem_ipsum_lines": "lines with lorem ipsum",
    "curly_brackets": "occurrences of {",
    "c4_lorem_ipsum_lines": "lines with lorem ipsum among those that C4 looks at for it",
    "c4_curly_lines": "lines with { among those that C4 looks at for it",
    "c4_kept_lines": "lines that C4 would keep",
    "c4_kept_sentences": "sentences in the lines that C4 would keep",
    "paragraphs": "paragraphs",
    "stop_words": "distinct stop words of the language; null when it has no list",
    "stop_word_occurrences": "occurrences of stop words; null when the language has no list",
    "page_words": "occurrences of words that pages of shops and menus use; null when the language "
    "has no list",
    "capital_words": "words whose first letter is a capital",
    "brackets": "occurrences of (",
    "duplicate_lines": "lines that occurred before",
    "duplicate_line_chars": "characters without spaces in duplicate lines",
    "duplicate_paragraphs": "paragraphs that occurred before",
    "duplicate_paragraph_chars": "characters without spaces in duplicate paragraphs",
    **{
        f"top_{n}_gram_chars": f"characters without spaces in the most common {n}-gram; "
        "0 if none occurs twice"
        for n in TOP_ORDERS
    },
    **{
        f"duplicate_{n}_gram_chars": f"characters without spaces in {n}-grams that occur twice"
        for n in DUPLICATE_ORDERS
    },
}
#: What is said of a document that is code for the most part. The rest is about prose.
LISTING_COLUMNS = ("chars", "words", "letters", "digits", "lines", "longest_line")
#: What only the measures of prose have.
PROSE_MEANINGS = {
    "code_chars": "characters without spaces in code",
    "table_chars": "characters without spaces in tables",
    "markup_chars": "characters without spaces in tags, link targets, front matter and marks of "
    "lists and headings",
    "quality_score": "points from 0 to 1,000 for many measures together, 500 for the median good "
    "page; null for languages whose figures are not known",
}
#: What is counted in the whole text whatever the profile measures: prose leaves out what is
#: indented, and nine million blanks in a row are that.
WHOLE_MEANINGS = {
    "text_chars": "characters of the whole text, with code, tables and markup",
    "white_space": "characters of white space in the whole text, line feeds included",
    "longest_white_space": "characters in the longest run of white space in the whole text",
}
STOP_WORD_COLUMNS = ("stop_words", "stop_word_occurrences")

#: One int32 column per measure. All are null for a null text.
QUALITY_MEASURES = pa.schema(
    [
        pa.field(name, pa.int32(), metadata={"meaning": meaning})
        for name, meaning in MEANINGS.items()
    ]
    + [
        pa.field(
            name,
            pa.int32(),
            metadata={"meaning": f"{meaning}; null when the profile measures the whole text"},
        )
        for name, meaning in PROSE_MEANINGS.items()
    ]
    + [
        pa.field(name, pa.int32(), metadata={"meaning": meaning})
        for name, meaning in WHOLE_MEANINGS.items()
    ]
)
