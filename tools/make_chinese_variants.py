"""Writes corpus_pipeline/filters/quality/chinese_variants.txt: characters of one script of Chinese.

A character is only simplified if GB 2312 has it, Big5 has it not, and OpenCC (Apache-2.0) turns it
into another one as traditional; only traditional the other way round. So 后 and 面, which both
scripts write, are neither. Run where OpenCC is installed; the file is shipped, because its tables
change with its version.
"""

from pathlib import Path

from opencc import OpenCC

TARGET = Path(__file__).parents[1] / "corpus_pipeline/filters/quality/chinese_variants.txt"


def _has(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def main() -> None:
    """See the module."""
    to_traditional, to_simplified = OpenCC("s2t"), OpenCC("t2s")
    han = [chr(k) for k in range(0x4E00, 0xA000)]
    simplified = [
        each
        for each in han
        if _has(each, "gb2312") and not _has(each, "big5") and to_traditional.convert(each) != each
    ]
    traditional = [
        each
        for each in han
        if _has(each, "big5") and not _has(each, "gb2312") and to_simplified.convert(each) != each
    ]
    TARGET.write_text(
        "# Made by tools/make_chinese_variants.py with tables of OpenCC (Apache-2.0).\n"
        f"{''.join(simplified)}\n{''.join(traditional)}\n",
        "utf-8",
    )


if __name__ == "__main__":
    main()
