"""How often a page gets its charset right: legacy charsets declared rightly, and damaged UTF-8.

    python benchmarks/charsets.py SENTENCES.jsonl.zst [--held-out]

SENTENCES has one object a line with `text` and `lang`. Sentences are taken singly, by four and by
twelve, with and without mark-up around them. A fifth of them, by the digest of the text, is held
out: rules may be learnt from the others only.
"""

import argparse
import hashlib
import io
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

import zstandard

from corpus_pipeline.extract.charset import decode_bytes

#: Language -> labels of the charsets that its pages used before UTF-8, with Python's codec.
LEGACY = {
    "zh": {"gbk": "gb18030", "gb2312": "gb18030", "big5": "big5hkscs"},
    "ja": {"shift_jis": "cp932", "euc-jp": "euc_jp"},
    "ko": {"euc-kr": "cp949"},
    "ru": {"windows-1251": "cp1251", "koi8-r": "koi8-r", "ibm866": "cp866",
           "iso-8859-5": "iso8859-5"},
    "uk": {"windows-1251": "cp1251", "koi8-u": "koi8-u"},
    "bg": {"windows-1251": "cp1251"}, "el": {"windows-1253": "cp1253", "iso-8859-7": "iso8859-7"},
    "he": {"windows-1255": "cp1255"}, "ar": {"windows-1256": "cp1256", "iso-8859-6": "iso8859-6"},
    "fa": {"windows-1256": "cp1256"}, "th": {"windows-874": "cp874"},
    "tr": {"windows-1254": "cp1254"}, "vi": {"windows-1258": "cp1258"},
    **{lang: {"windows-1250": "cp1250", "iso-8859-2": "iso8859-2"}
       for lang in ("pl", "cs", "hu", "ro", "hr", "sk", "sl")},
    **{lang: {"iso-8859-1": "cp1252", "macintosh": "mac-roman"}
       for lang in ("fr", "de", "es", "pt", "it", "sv", "fi", "nl", "da", "is")},
    **{lang: {"windows-1257": "cp1257"} for lang in ("et", "lt", "lv")},
}  # fmt: skip
DECLARED = (None, *sorted({label for labels in LEGACY.values() for label in labels}), "utf-16")
SIZES = (1, 4, 12)
PAGE = "<html><head><title>A page</title></head><body><p>%s</p><a href=/>Home</a></body></html>"


def damaged(text: str) -> dict[str, bytes | None]:
    """Returns the text in UTF-8 with one damage of each kind."""
    whole, middle = text.encode(), len(text) // 2
    leads = [at for at, byte in enumerate(whole) if byte >= 0xC2]
    parts = text[:middle].encode(), text[middle:].encode()
    return {
        "none": whole,
        "byte at start": b"\xe9" + whole,
        "byte in middle": parts[0] + b"\xf6" + parts[1],
        "byte at end": whole + b"\x92",
        "cut character": whole[: leads[-1] + 1] if leads else None,
        "lost byte": whole[: leads[-1]] + whole[leads[-1] + 1 :] if leads else None,
        "NUL": parts[0] + b"\0" + parts[1],
        "overlong": parts[0] + b"\xc0\x80" + parts[1],
        "surrogates": parts[0] + b"\xed\xa0\xbd\xed\xb8\x80" + parts[1],
        "three bytes": b"\xe9" + parts[0] + b"\xa0" + parts[1] + b"\xf6",
    }


def main() -> None:
    """Prints a table: case, sentences together, how many, how many wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sentences", type=Path)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--each", type=int, default=12, help="texts of each language and size")
    options = parser.parse_args()
    texts: dict[str, list[str]] = defaultdict(list)
    with options.sentences.open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file)
        for line in io.TextIOWrapper(stream, "utf-8"):
            row = json.loads(line)
            held_out = hashlib.sha256(row["text"].encode()).digest()[0] % 5 == 0
            # Sentences that are mojibake in the set itself say nothing.
            if held_out == options.held_out and "Ã" not in row["text"] and "Ă" not in row["text"]:
                texts[row["lang"]].append(row["text"].replace("\n", " "))
    tried: Counter[tuple[str, int]] = Counter()
    wrong: Counter[tuple[str, int]] = Counter()
    start = time.process_time()

    def check(case: str, size: int, data: bytes, label: str | None, expected: str) -> None:
        tried[case, size] += 1
        wrong[case, size] += decode_bytes(data, label).text != expected

    for lang, labels in LEGACY.items():
        for size in SIZES:
            for at in range(0, min(len(texts[lang]) - size + 1, options.each * size), size):
                text = " ".join(texts[lang][at : at + size])
                for label, codec in labels.items():
                    told = text.encode(codec, "ignore").decode(codec)
                    if told.isascii():
                        continue
                    for shown in (told, PAGE % told):
                        check("legacy", size, shown.encode(codec), label, shown)
                if text.isascii():
                    continue
                for kind, data in damaged(text).items():
                    if data is None:
                        continue
                    for page in (data, (PAGE % "@").encode().replace(b"@", data)):
                        expected = page.decode("utf-8", "replace")
                        for declared in DECLARED:
                            check(f"UTF-8, {kind}", size, page, declared, expected)
    for key in tried:
        share = wrong[key] / tried[key]
        print(f"{key[0]:24} {key[1]:4} {tried[key]:8} {wrong[key]:6} {share:8.3%}")
    print(f"{time.process_time() - start:.1f} s of processor time")


if __name__ == "__main__":
    main()
