"""Writes what RedPajama-V2's own code measures of each line: vectors/redpajama.jsonl.

Runs in an environment of its own, see the Makefile's target golden-peers. The only argument is a
checkout of togethercomputer/RedPajama-Data, which is no package; its commit stands in the first
line, with the versions.
"""

import importlib.metadata
import json
import platform
import sys
from pathlib import Path

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"

#: Texts about lines: their ends, letters of many scripts, numerals, what is no word.
TEXTS = {
    "ends": "One line.\nAnother one\n\n  \nAnd a last one!\n",
    "no feed at the end": "First.\nsecond",
    "only feeds": "\n\n\n",
    "carriage returns": "Windows writes these.\r\nAnd these?\r\n",
    "quotation marks": "“Yes.”\n\"No.\"\n'Maybe.'\nWhy?\u00a0\nSo…\n",
    "bullets": "• one\n– two\n- three\n  ■ four\n▶five\n·six\n",
    "javascript": "Enable JavaScript!\njava-script, JAVASCRIPT javascripts\nj.a.v.a.script\n"
    "no java script",
    "words": "a - b -- c\n... !!!\nwell-known it's 'quoted'\ntabs\tand  blanks\u2003here\n"
    "\u3000indented\n",
    "capitals": "ÄÖÜ ÉÈ ß\nΑΒΓ αβγ ΣΑΣ\nЖУК жук\nⅣ Ⓐ ǅ İstanbul\n𝐀𝐁𝐂 𐐀\n",
    "numerals": "12 of 345\n½ ² ③ Ⅷ ٣٤ १२\n一二三 百万 六\n\uf9d1\u3007\n007-42\n",
    "decomposed": "é\u00e9e\u0301 Å ﬁ\n각 한국어\n\u1e9b\u0323\n",
    "chinese": "今天下雨。\n“下雨了！”他说。\n点击JavaScript查看2023年第3期\n",
    "other scripts": "हिन्दी में लिखा।\nالسلام عليكم؟\nสวัสดีครับ\nこんにちは、世界。\n",
    "controls": "x\x00y\u200bz\nnext\x85line\u2028end\n",
    "one character": "x",
}  # fmt: skip


def main() -> None:
    """See the module."""
    checkout = Path(sys.argv[1])
    sys.path.insert(0, str(checkout / "app" / "src"))
    from core.document import Document
    from core.quality_signals.lines import register_lines_callables

    versions = {
        "redpajama": "6d2cee9",
        "nltk": importlib.metadata.version("nltk"),
        "python": platform.python_version(),
    }
    rows = (VECTORS / "documents.jsonl").read_text("utf-8").splitlines()
    # Every tenth of the documents that the other peers judge, and the texts about lines.
    texts = {row["name"]: row["text"] for row in map(json.loads, rows[::10])} | TEXTS
    lines = [json.dumps(versions)]
    for name, text in texts.items():
        document = Document(text, domain=None)
        signals = {each.field_name: each(document) for each in register_lines_callables()}
        lines.append(json.dumps({"name": name, "text": text, "signals": signals}))
    (VECTORS / "redpajama.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
