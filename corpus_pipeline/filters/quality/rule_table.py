"""Every rule of *quality*: its reason, the key of its threshold, and what it compares.

A profile may compare another measure (`counted:`), so that a rule of one name is the published one.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule: a count, or a ratio of two counts, against the threshold in `field`."""

    reason: str
    field: str
    measure: str
    per: str | None = None
    unbounded: bool = False
    """The ratio may exceed 1."""

    @property
    def lower(self) -> bool:
        """The rule fails below its threshold."""
        return "_min_" in self.field


#: Every rule in the order of decision. The first that fails is the document's drop reason.
RULES = (
    Rule("gopher-too-few-words", "gopher_min_words", "words"),
    Rule("gopher-too-many-words", "gopher_max_words", "words"),
    Rule("gopher-mean-word-length-low", "gopher_min_mean_word_length", "word_chars", "words", True),
    Rule(
        "gopher-mean-word-length-high", "gopher_max_mean_word_length", "word_chars", "words", True
    ),
    Rule("gopher-too-many-hash-marks", "gopher_max_hash_marks", "hash_marks", "words", True),
    Rule("gopher-too-many-ellipses", "gopher_max_ellipses", "ellipses", "words", True),
    Rule("gopher-too-many-bullet-lines", "gopher_max_bullet_lines", "bullet_lines", "lines"),
    Rule("gopher-too-many-ellipsis-lines", "gopher_max_ellipsis_lines", "ellipsis_lines", "lines"),
    Rule(
        "gopher-too-few-words-with-letter",
        "gopher_min_words_with_letter",
        "words_with_letter",
        "words",
    ),
    Rule("gopher-too-few-stop-words", "gopher_min_stop_words", "stop_words"),
    Rule("gopher-duplicate-lines", "gopher_max_duplicate_lines", "duplicate_lines", "lines"),
    Rule(
        "gopher-duplicate-paragraphs",
        "gopher_max_duplicate_paragraphs",
        "duplicate_paragraphs",
        "paragraphs",
    ),
    Rule(
        "gopher-duplicate-line-chars",
        "gopher_max_duplicate_line_chars",
        "duplicate_line_chars",
        "word_chars",
    ),
    Rule(
        "gopher-duplicate-paragraph-chars",
        "gopher_max_duplicate_paragraph_chars",
        "duplicate_paragraph_chars",
        "word_chars",
    ),
    *(
        Rule(
            f"gopher-top-{n}-gram-chars",
            f"gopher_max_top_{n}_gram_chars",
            f"top_{n}_gram_chars",
            "word_chars",
        )
        for n in (2, 3, 4)
    ),
    *(
        Rule(
            f"gopher-duplicate-{n}-gram-chars",
            f"gopher_max_duplicate_{n}_gram_chars",
            f"duplicate_{n}_gram_chars",
            "word_chars",
        )
        for n in (5, 6, 7, 8, 9, 10)
    ),
    Rule("c4-too-many-chars", "c4_max_chars", "chars"),
    Rule("c4-lorem-ipsum", "c4_max_lorem_ipsum_lines", "c4_lorem_ipsum_lines"),
    Rule("c4-curly-bracket", "c4_max_curly_lines", "c4_curly_lines"),
    Rule("c4-too-few-sentences", "c4_min_sentences", "c4_kept_sentences"),
    Rule("fineweb-too-few-terminal-lines", "fineweb_min_terminal_lines", "terminal_lines", "lines"),
    Rule("fineweb-too-many-short-lines", "fineweb_max_short_lines", "short_lines", "lines"),
    Rule(
        "fineweb-duplicate-line-chars",
        "fineweb_max_duplicate_line_chars",
        "duplicate_line_chars",
        "word_chars",
    ),
    Rule("fineweb-too-many-newlines", "fineweb_max_newlines", "newlines", "words", True),
    Rule("code-too-few-lines", "code_min_lines", "lines"),
    Rule("code-too-many-lines", "code_max_lines", "lines"),
    Rule("code-line-too-long", "code_max_line_length", "longest_line"),
    Rule("code-mean-line-length-high", "code_max_mean_line_length", "chars", "lines", True),
    Rule("code-too-few-letters", "code_min_letters", "letters", "word_chars"),
    Rule(
        "code-duplicate-line-chars",
        "code_max_duplicate_line_chars",
        "duplicate_line_chars",
        "word_chars",
    ),
    Rule("code-too-large", "code_max_bytes", "text_bytes"),
    Rule("code-generated", "code_max_generated_lines", "generated_lines"),
    Rule("code-xml", "code_max_xml_declarations", "xml_declarations"),
    Rule("code-encoded-run-too-long", "code_max_encoded_run", "longest_encoded"),
    Rule("code-too-much-encoded-data", "code_max_encoded", "encoded_chars", "whole_chars"),
    Rule("code-damaged", "code_max_replacement_chars", "replacement_chars", "whole_chars"),
    Rule("code-too-few-comments", "code_min_comments", "comment_chars", "whole_chars"),
    Rule("code-too-many-comments", "code_max_comments", "comment_chars", "whole_chars"),
    Rule("code-too-many-strings", "code_max_strings", "string_chars", "program_chars"),
    Rule("code-long-words", "code_max_long_words", "long_word_chars", "program_chars"),
    Rule("code-long-strings", "code_max_long_strings", "long_string_lines", "program_lines"),
    Rule("code-hex-words", "code_max_hex_words", "hex_word_chars", "program_chars"),
    Rule("code-prompts", "code_max_prompts", "prompt_lines", "all_lines"),
    Rule("code-asserts", "code_max_asserts", "assert_lines", "program_lines"),
    Rule("code-prints", "code_max_prints", "print_lines", "program_lines"),
    Rule("code-imports", "code_max_imports", "import_lines", "program_lines"),
    Rule("code-passes", "code_max_passes", "pass_lines", "program_lines"),
    Rule("code-directives", "code_max_directives", "directive_lines", "program_lines"),
    Rule("code-too-little-visible-text", "code_min_visible_chars", "visible_chars"),
    Rule("code-visible-share-low", "code_min_visible", "visible_chars", "whole_chars"),
    Rule("text-too-short", "text_min_chars", "chars"),
    Rule("text-too-few-alphanumeric", "text_min_alphanumeric", "alphanumeric_chars", "whole_chars"),
    Rule(
        "text-too-many-other-characters",
        "text_max_non_alphanumeric",
        "non_alphanumeric_chars",
        "whole_chars",
    ),
    Rule(
        "text-too-many-capitals", "text_max_upper_case", "upper_case_letters", "alphanumeric_chars"
    ),
    Rule("text-too-many-digits", "text_max_digits", "numeral_chars", "whole_chars"),
    Rule(
        "text-too-many-special-characters", "text_max_special_chars", "special_chars", "whole_chars"
    ),
    Rule("text-too-much-punctuation", "text_max_punctuation", "punctuation_chars", "whole_chars"),
    Rule("text-too-many-brackets", "text_max_brackets", "bracket_chars", "whole_chars"),
    Rule("text-too-many-urls", "text_max_urls", "url_chars", "whole_chars"),
    Rule("text-too-few-sentences", "text_min_sentences", "sentences"),
    Rule("text-too-few-paragraphs", "text_min_paragraphs", "paragraphs"),
    Rule("text-too-few-long-lines", "text_min_long_lines", "long_lines"),
    Rule("text-mean-line-length-low", "text_min_mean_line_length", "chars", "lines", True),
    Rule("text-lines-too-short", "text_min_line_length", "longest_line"),
    Rule("text-word-too-long", "text_max_word_length", "longest_word"),
    Rule(
        "text-too-few-distinct-words", "text_min_distinct_words", "distinct_words", "normal_words"
    ),
    Rule("text-word-entropy-low", "text_min_word_entropy", "word_entropy", unbounded=True),
    Rule("text-word-entropy-high", "text_max_word_entropy", "word_entropy", unbounded=True),
    Rule("text-stop-word-share-low", "text_min_stop_words", "stop_word_occurrences", "words"),
    Rule("text-too-many-capital-words", "text_max_capital_words", "capital_words", "words"),
    Rule("text-too-many-words-in-capitals", "text_max_all_caps_words", "all_caps_words", "words"),
    Rule(
        "text-repeated-characters",
        "text_max_repeated_chars",
        "repeated_char_10_grams",
        "char_10_grams",
    ),
    Rule(
        "text-repeated-words", "text_max_repeated_words", "repeated_word_10_grams", "word_10_grams"
    ),
    Rule("text-too-few-unique-lines", "text_min_unique_lines", "unique_lines", "split_lines"),
    Rule(
        "text-too-few-unique-line-characters",
        "text_min_unique_line_chars",
        "unique_line_chars",
        "split_line_chars",
    ),
    Rule(
        "text-too-few-unique-paragraphs",
        "text_min_unique_paragraphs",
        "unique_paragraphs",
        "split_paragraphs",
    ),
    Rule(
        "text-too-few-unique-paragraph-characters",
        "text_min_unique_paragraph_chars",
        "unique_paragraph_chars",
        "split_paragraph_chars",
    ),
    Rule("text-javascript", "text_max_javascript_lines", "javascript_lines"),
    Rule("text-lorem-ipsum", "text_max_lorem_ipsum_lines", "lorem_ipsum_lines"),
    Rule("text-too-many-policy-lines", "text_max_policy_lines", "policy_lines", "lines"),
    Rule("text-curly-bracket", "text_max_curly_brackets", "curly_brackets"),
    Rule("chinese-too-little-han", "chinese_min_han", "han_chars", "alphanumeric_chars"),
    Rule("chinese-too-traditional", "chinese_max_traditional", "traditional_chars", "script_chars"),
    Rule(
        "chinese-duplicate-13-gram-chars",
        "chinese_max_duplicate_13_gram_chars",
        "duplicate_13_gram_chars",
        "word_chars",
    ),
    Rule("quality-too-much-white-space", "quality_max_white_space", "white_space", "text_chars"),
    Rule("quality-white-space-run-too-long", "quality_max_white_space_run", "longest_white_space"),
    Rule("quality-score-low", "quality_min_score", "quality_score"),
)

#: All reasons, in the order of decision.
QUALITY_REASONS: tuple[str, ...] = tuple(rule.reason for rule in RULES)
