"""The parts of an evaluation item that are public text: quotations, passages, single options.

A reading test quotes an article, an examination in history a speech, one in law the law. Whoever
publishes the article, the speech or the law has not leaked the test: its question is the test.

    This question refers to the following information.
    "Four score and seven years ago our fathers brought forth, on this continent, …"   quotation
    Which of the following was the aim of the speaker?                                  question
    (A) To win the votes of the southern states …                                       option

Two things count as public text and weigh nothing:

* what stands between quotation marks and is longer than a sentence;
* what stands before the question, if it is longer than an exercise would be. Shorter introductions
  ("Ann has three apples …") are the exercise itself. The question is the last sentence, before the
  options if there are any.

An option may be a sentence of a law or a textbook. So n-grams inside one option count only beside
others that hold something of the question, or the border of two options.
"""

import re
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.contamination_index import WordView
from corpus_pipeline.text.columns import utf8_buffers

#: A quotation has this many words (characters of an unspaced script) …
QUOTED_WORDS = 20
QUOTED_CHARS = 40
#: … and a passage that is not quoted this many.
PASSAGE_WORDS = 150
PASSAGE_CHARS = 400

_QUOTED = re.compile(
    "“[^“”]{40,}”|«[^«»]{40,}»|「[^「」]{40,}」|『[^『』]{40,}』|„[^„“”]{40,}[“”]"
    r"|(?<![\"\w])\"[^\"]{40,}\"(?![\"\w])"
)
#: Where the options begin: `Options:`, or a line with A, (A), A. before one with B of the form.
_OPTIONS = re.compile(
    r"^[ \t]*(?i:options?:|选项)"
    r"|^[ \t]*[(（][AaＡ][)）](?=.*[(（][BbＢ][)）])"
    r"|^[ \t]*[AaＡ][)）.．、:：](?=.*[BbＢ][)）.．、:：])"
    r"|^[ \t]*[AＡ][ \t](?=.*^[ \t]*[BＢ][ \t])",
    re.M | re.S,
)
#: The mark of an option.
_MARK = re.compile(
    r"^[ \t]*(?i:options?:|选项)"
    r"|^[ \t]*(?:[(（]?[A-Ja-jＡ-Ｊ][)）.．、:：]|[A-JＡ-Ｊ](?=[ \t])|-(?=[ \t]))"
    r"|[(（][A-JＡ-Ｊ][)）]|\n",
    re.M,
)
#: Between two sentences.
_SENTENCE = re.compile(r"(?<=[.!?。！？…])[\"”’」』)）]*\s+|(?<=[。！？])[”」』]?|\n+")
#: How a question ends that has no options.
_ASKING = ("?", "？", ":", "：", "_", "…", "...")
_UNSPACED = re.compile(r"[\u2e80-\u9fff\u3040-\u30ff\u0e00-\u0eff\uf900-\ufaff]")


def public_spans(text: str, introduced: bool = False) -> list[tuple[int, int]]:
    r"""Finds quotations and passages in the text of an item.

    Args:
        text: of the item.
        introduced: everything before the question is a passage, however short.

    Returns:
        (start, stop) in characters; they may overlap.

    >>> text = f'He said: "{"We shall go on to the end of it. " * 4}"\nWhich war was it?'
    >>> [(a, b) for a, b in public_spans(text)] == [(9, text.index("Which") - 1)]
    True
    >>> public_spans("Ann has three apples. How many has she?")
    []
    >>> public_spans("Ann has three apples. How many has she?", introduced=True)
    [(0, 22)]
    """
    spans = [
        match.span()
        for match in _QUOTED.finditer(text)
        if _long(match[0], QUOTED_WORDS, QUOTED_CHARS)
    ]
    options = _OPTIONS.search(text)
    end = len(text[: options.start()].rstrip()) if options else len(text.rstrip())
    question = 0
    for border in _SENTENCE.finditer(text, 0, end):
        if border.end() < end:
            question = border.end()
    asked = options or text[:end].endswith(_ASKING)
    if introduced or (asked and _long(text[:question], PASSAGE_WORDS, PASSAGE_CHARS)):
        spans.append((0, question))
    return spans


def option_spans(text: str) -> list[tuple[int, int]]:
    r"""Finds what the options of a question say, without their marks.

    Returns:
        (start, stop) in characters, one for each option.

    >>> [text[a:b] for text in ["Who?\n(A) Ann\n(B) Bo"] for a, b in option_spans(text)]
    [' Ann', ' Bo']
    """
    options = _OPTIONS.search(text)
    if options is None:
        return []
    borders = [match.span() for match in _MARK.finditer(text, options.start())]
    stops = [start for start, _ in borders[1:]] + [len(text)]
    spans = zip((stop for _, stop in borders), stops, strict=True)
    return [(start, stop) for start, stop in spans if text[start:stop].strip()]


def _long(text: str, words: int, chars: int) -> bool:
    """Compares a length with one in words, or in characters of an unspaced script, or a mixture."""
    unspaced = len(_UNSPACED.findall(text))
    spaced = len(_UNSPACED.sub(" ", text).split())
    return unspaced * words + spaced * chars >= words * chars


def layout(
    texts: pa.Array, view: WordView, introduced: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """Marks the words of I parts of items.

    Args:
        texts: string[I], as `comparable_texts` spells them.
        view: their W words.
        introduced: bool[I], for `public_spans`.

    Returns:
        bool[W], true for words of quotations and passages; int32[W], the option of a word, or 0.
    """
    public = np.zeros(len(view.kinds), np.bool_)
    options = np.zeros(len(view.kinds), np.int32)
    _, offsets = utf8_buffers(texts)
    for part, text in enumerate(texts.to_pylist()):
        first, stop = view.offsets[part], view.offsets[part + 1]
        starts = view.starts[first:stop] - offsets[part]

        def inside(span: tuple[int, int], text: str = text, starts: Any = starts) -> slice:
            borders = [len(text[:border].encode()) for border in span]
            return slice(*np.searchsorted(starts, borders))

        for span in public_spans(text or "", bool(introduced[part])):
            public[first:stop][inside(span)] = True
        for number, span in enumerate(option_spans(text or ""), 1):
            options[first:stop][inside(span)] = number
    return public, options
