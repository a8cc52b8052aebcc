"""Writes corpus_pipeline/text/word_breaks.npz: the property Word_Break of every code point.

    python -m pip install uniseg==0.10.1
    python tools/make_word_breaks.py

The values are those of uniseg (MIT), whose tables are of Unicode 16; they are shipped and not
computed at run time, so that the same text has the same words everywhere. Bit 32 says that a
character is Extended_Pictographic. `index` says of 256 code points which row of `blocks` they have.
"""

from pathlib import Path

import numpy as np
from uniseg.emoji import extended_pictographic
from uniseg.wordbreak import WordBreak, word_break

#: The order of `corpus_pipeline.text.word_breaks.KINDS`.
KINDS = (
    "Other", "CR", "LF", "Newline", "Extend", "ZWJ", "Format", "Regional_Indicator", "Katakana",
    "Hebrew_Letter", "ALetter", "Single_Quote", "Double_Quote", "MidNumLet", "MidLetter", "MidNum",
    "Numeric", "ExtendNumLet", "WSegSpace",
)  # fmt: skip


def main() -> None:
    """See the module."""
    numbers = {WordBreak(name): number for number, name in enumerate(KINDS)}
    kinds = np.array(
        [
            numbers[word_break(chr(k))] | (32 if extended_pictographic(chr(k)) else 0)
            for k in range(0x110000)
        ],
        np.uint8,
    )
    blocks, index = np.unique(kinds.reshape(-1, 256), axis=0, return_inverse=True)
    target = Path(__file__).parent.parent / "corpus_pipeline" / "text" / "word_breaks.npz"
    np.savez_compressed(target, blocks=blocks, index=index.astype(np.uint8))
    print(f"{target.name}: {len(blocks)} blocks, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
