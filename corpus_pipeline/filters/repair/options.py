"""The options of the repair."""

from typing import Literal

from pydantic import Field

from corpus_pipeline.steps import Options, Section

#: What Chinese texts may become: four by what they are, the others as OpenCC calls its
#: configurations: from t(raditional), s(implified), tw, hk or jp to another; with p, words too.
Chinese = Literal[
    "simplified", "traditional", "taiwan", "hongkong",
    "s2t", "t2s", "s2tw", "tw2s", "s2hk", "hk2s", "s2twp", "tw2sp", "s2hkp", "hk2sp",
    "t2tw", "tw2t", "t2hk", "hk2t", "t2jp", "jp2t",
]  # fmt: skip


class Replace(Section):
    """One expression and what becomes of what it finds."""

    pattern: str = Field(min_length=1, description="a regular expression (RE2)")
    by: str = Field(
        "",
        max_length=32,
        description="what stands there afterwards; `\\1` is what the first group found",
    )


class RepairOptions(Options):
    """What is repaired. The section alone repairs mojibake and nothing else.

    >>> RepairOptions().mojibake, RepairOptions().uncurl_quotes
    (True, False)
    """

    mojibake: bool = Field(
        True, description="text that was decoded by the wrong encoding (`cafÃ©`) is decoded again"
    )
    restore_byte_a0: bool = Field(
        True, description="mojibake: a space may stand for a lost no-break space (`Ã la`)"
    )
    replace_lossy_sequences: bool = Field(
        True, description="mojibake: what has lost a byte becomes one � instead of staying"
    )
    decode_inconsistent_utf8: bool = Field(
        True, description="mojibake: also where it stands within text that is none"
    )
    fix_c1_controls: bool = Field(
        True, description="mojibake: C1 controls become what Windows-1252 has in their places"
    )
    gbk: bool = Field(
        True, description="mojibake: UTF-8 that was decoded as GBK (`浣犲ソ`) is decoded again"
    )
    unescape_html: bool = Field(False, description="`&eacute;` becomes `é`")
    remove_terminal_escapes: bool = Field(False, description="colours of terminals are removed")
    fix_latin_ligatures: bool = Field(False, description="`ﬁ` becomes `fi`")
    uncurl_quotes: bool = Field(False, description="`“ ” ‘ ’` become `\" '`")
    fix_line_breaks: bool = Field(
        False, description="carriage returns and Unicode's separators become line feeds"
    )
    remove_control_chars: bool = Field(
        False, description="control characters without a function in text are removed"
    )
    width: Literal["letters", "all"] | None = Field(
        None,
        description="full-width letters and digits become ASCII, half-width kana full-width; "
        "`all`: punctuation and the ideographic space too",
    )
    chinese: Chinese | None = Field(
        None,
        description="Chinese texts get one kind of characters, phrase by phrase; or a "
        "configuration of OpenCC by its name, `tw2sp` for example",
    )
    replace: tuple[Replace | Literal["addresses", "markdown", "notices"], ...] = Field(
        (),
        description="what expressions find becomes something else, one after the other: "
        "`{pattern: …, by: …}`; `addresses` of the web, marks of `markdown` and `notices` of "
        "copyright at the head of source code go",
    )
