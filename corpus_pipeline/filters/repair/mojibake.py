"""Mojibake, decoded again by ftfy, which is asked only about lines where it could find some.

ftfy looks at text line by line, and changes the encoding of a line only if one regular expression
(`ftfy.badness.BADNESS_RE`: unlikely neighbours, such as `Ã©` or `â€`) is found in it. The same
expression, widened a little where RE2 reads it differently, is looked for in whole columns here:
whatever ftfy would change is found, and clean text costs a scan of RE2.

UTF-8 that was decoded as GBK is no matter of ftfy's; see `gbk`.
"""

import re
import unicodedata
from typing import Any, NamedTuple

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.repair.options import RepairOptions

#: Characters of a line that are looked at together. ftfy may go over a stretch once for each thing
#: that it finds, so without a bound a long line would take time by its square.
MAX_STRETCH = 1 << 15

#: ftfy's other fixers that are options of ours -> what they look for.
_FIXERS = {
    "unescape_html": "&#?[0-9A-Za-z]{1,24};",
    "remove_terminal_escapes": r"\x1b\[",
    "fix_latin_ligatures": "[ĲĳŉǄ-ǌǱ-ǳﬀ-ﬆ]",
    "uncurl_quotes": "[ʼ‘-‟]",
    "fix_line_breaks": r"[\r\x{85}\x{2028}\x{2029}]",
    "remove_control_chars": r"[\x00-\x08\x0b\x0e-\x1f\x7f\x{206a}-\x{206f}\x{feff}"
    r"\x{fff9}-\x{fffc}]",
}
#: Python's white space as RE2 writes it, and more.
_SPACE = r"[\s\pZ\x0b\x1c-\x1f\x{85}]"
#: What a decoded line may hold that texts have not: no-break spaces, soft hyphens, C1 controls.
_LEFT_OVER = {0xA0: " ", 0xAD: None, 0xFEFF: None, **dict.fromkeys(range(0x7F, 0xA0))}
_ASCII_BREAK = re.compile(r"[\x21-\x7e](?=[\x20-\x7e])")
#: Python takes the square of the time for long runs of combining marks, so runs of other characters
#: than ASCII are composed in pieces.
_NFC_PIECE = re.compile("[\\x00-\\x7f]*[^\\x00-\\x7f]{0,512}")


class Fixer(NamedTuple):
    """ftfy with the options of a run."""

    suspicious: str
    """Regular expression of RE2, found in every text that ftfy would change."""
    config: Any
    """ftfy.TextFixerConfig."""
    encodings: bool
    """Mojibake is looked for, so what it leaves behind is put in order."""


def load_fixer(options: RepairOptions) -> Fixer | None:
    """Imports ftfy and prepares it; None if no option wants it.

    Raises:
        ConfigError: it is not installed.

    >>> fixer = load_fixer(RepairOptions())
    >>> fix(fixer, "Der FlÃ¼gel").text
    'Der Flügel'
    """
    wanted = [name for name in _FIXERS if getattr(options, name)]
    if not options.mojibake and not wanted:
        return None
    try:
        import ftfy
        from ftfy.badness import BADNESS_RE
    except ImportError:
        raise ConfigError(
            "repair.mojibake: ftfy is not installed; pip install 'corpus-pipeline[repair]'"
        ) from None
    sought = [_FIXERS[name] for name in wanted]
    if options.mojibake:
        sought.append(widened(BADNESS_RE.pattern))
    config = ftfy.TextFixerConfig(
        **{name: name in wanted for name in _FIXERS},
        fix_encoding=options.mojibake,
        restore_byte_a0=options.restore_byte_a0,
        replace_lossy_sequences=options.replace_lossy_sequences,
        decode_inconsistent_utf8=options.decode_inconsistent_utf8,
        fix_c1_controls=options.mojibake and options.fix_c1_controls,
        fix_character_width=False,
        fix_surrogates=False,
        normalization=None,
        # Without the steps ftfy forgets the options of `fix_encoding`.
        explain=True,
    )
    return Fixer("|".join(sought), config, options.mojibake)


def widened(pattern: str) -> str:
    r"""Writes a verbose pattern of Python's `re` for RE2, so that it finds at least as much.

    Comments and blanks go; `^` goes, `.` and `\w` find anything, `\s` all white space of either.

    >>> widened(r" a [b c] \s ^ # no\n | \w . ")
    'a[b c][\\s\\pZ\\x0b\\x1c-\\x1f\\x{85}]'
    """
    found, i, within = [], 0, False
    while i < len(pattern):
        c = pattern[i]
        i += 1
        if c == "\\":
            c += pattern[i]
            i += 1
            found.append({r"\s": _SPACE, r"\w": "(?s:.)"}.get(c, c))
        elif within or c == "[":
            within = c != "]"
            found.append(c)
        elif c == "#":
            i = pattern.find("\n", i) if "\n" in pattern[i:] else len(pattern)
        elif c == ".":
            found.append("(?s:.)")
        elif not c.isspace() and c != "^":
            found.append(c)
    return "".join(found)


class Fixed(NamedTuple):
    """A text after the repair."""

    text: str
    kinds: frozenset[str]
    """Names of `columns.KINDS`; empty if the text is as it was."""
    chars: int
    """Characters of the text before that were replaced."""


def fix(fixer: Fixer, text: str) -> Fixed:
    """Repairs one text, line by line.

    >>> fix(load_fixer(RepairOptions(uncurl_quotes=True)), "“é”\\nÃ©").kinds == {
    ...     "mojibake", "uncurl_quotes"}
    True
    """
    import ftfy

    parts, kinds, chars = [], set[str](), 0
    for stretch in stretches(text):
        after, steps = ftfy.fix_and_explain(stretch, fixer.config)
        if after != stretch:
            kinds |= {
                step.parameter if step.parameter in _FIXERS else "mojibake" for step in steps or ()
            }
            if fixer.encodings:
                after = _NFC_PIECE.sub(_composed, after.translate(_LEFT_OVER))
            chars += replaced(stretch, after)
        parts.append(after)
    return Fixed("".join(parts), frozenset(kinds), chars)


def _composed(piece: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", piece[0])


def stretches(text: str) -> list[str]:
    """Cuts a text into lines, and long lines between two ASCII characters, or anywhere.

    >>> [len(part) for part in stretches("a\\n" + "b" * 40000)]
    [2, 32768, 7232]
    """
    found = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        first = 0
        while len(line) - first > MAX_STRETCH:
            last = first + MAX_STRETCH
            breaks = [m.end() for m in _ASCII_BREAK.finditer(line, last - 256, last + 1)]
            last = breaks[-1] if breaks else last
            found.append(line[first:last])
            first = last
        found.append(line[first:])
    return found


def replaced(before: str, after: str) -> int:
    """Counts the characters of `before` from the first to the last that differ.

    >>> replaced("der FlÃ¼gel", "der Flügel"), replaced("aa", "a"), replaced("a", "a")
    (2, 1, 0)
    """
    most = min(len(before), len(after))
    start = next((k for k in range(most) if before[k] != after[k]), most)
    end = next((k for k in range(most - start) if before[-1 - k] != after[-1 - k]), most - start)
    return len(before) - start - end
