"""Writes what MAP-NEO's rules on Chinese documents say of texts: vectors/map-neo.jsonl.

Runs in an environment of its own, see the Makefile's target golden-peers. The only argument is a
checkout of multimodal-art-projection/MAP-NEO; its commit stands in the first line. Two functions
each tell the first of their rules that drops a text. Lists of words and addresses are left out.
"""

import importlib
import importlib.metadata
import json
import platform
import sys
import types
from pathlib import Path

from judge_chinesewebtext import ENGLISH, SENTENCES, VECTORS
from judge_chinesewebtext import texts as chinese_texts

FOLDER = "Matrix/chinese_data_clean_pipeline/filter"
PROSE = "".join(SENTENCES)


def texts() -> dict[str, str]:
    """Returns name -> text: those of Chinese text, and both sides of these rules' limits."""
    # Of these its rules see ASCII marks alone: other marks were made such before.
    found = {
        name: text.replace("。", ".").replace("，", ",") for name, text in chinese_texts().items()
    }
    half = PROSE.replace("。", ".")
    found |= {
        "one sentence": half.replace(".", "，") + ".",
        "two sentences": half.replace(".", "，") + ". 好.",
        "49 characters": half[:48] + ".",
        "50 characters": half[:49] + ".",
        "10,000 characters": (half * 60)[:9999] + ".",
        "10,001 characters": (half * 60)[:10000] + ".",
        "no mark": half.replace(".", " ").replace("，", " ") * 2,
        "hash marks": half[:60] + "#好" * 12 + ".",
        "hash marks in a row": half + "#" * 60 + ".",
        "few hash marks": half + "#好" * 5 + ".",
        "ellipses": half[:60] + "好…" * 14 + ".",
        "ellipses in a row": half + "…" * 60 + ".",
        "full stops in rows": half[:60] + "好..下..." * 8 + ".",
        "digits": half[:50] + "1234567890" * 4 + ".",
        "wide digits": half[:50] + "１２３４５" * 8 + ".",
        "few digits": half + "1234567890" + ".",
        "numerals": half[:50] + "一二三四五六七八九十百千" * 4 + ".",
        "bullets": "\n".join(f"• {line}." for line in SENTENCES),
        "nine of ten bullets": "\n".join([*(f"※{x}." for x in SENTENCES[:9]), SENTENCES[9]]),
        "other bullets": "\n".join(f"- {line}." for line in SENTENCES),
        "few characters": "天地人." * 40,
        "few characters, long": half[:60] * 12,
        "one character": "好" * 60 + ". 好.",
        "english": ENGLISH * 3,
    }
    for times in (2, 4, 6, 8, 10, 14):
        found[f"two characters {times} times"] = half[:70] + "雨声" * times + ". 好."
        found[f"three characters {times} times"] = half[:70] + "下雨声" * times + ". 好."
        found[f"four characters {times} times"] = half[:70] + "听见雨声" * times + ". 好."
    return found


def main() -> None:
    """See the module."""
    folder = Path(sys.argv[1]) / FOLDER
    sys.path.insert(0, str(folder))
    lists = types.ModuleType("bad_url_words")
    lists.STRICT_BAD_URL_WORDS = lists.HARD_BAD_URL_WORDS = ()  # type: ignore[attr-defined]
    sys.modules["bad_url_words"] = lists
    sys.modules["fasttext"] = types.ModuleType("fasttext")
    rules = importlib.import_module("filter")
    version = importlib.metadata.version("jieba")
    lines = [
        json.dumps({"map-neo": "81f3cad", "jieba": version, "python": platform.python_version()})
    ]
    for name, text in texts().items():
        failed = {}
        for function, given in (
            (rules.self_defined_rules, text), (rules.duplicates_rules, {"raw_content": text}),
        ):  # fmt: skip
            kept, why = function(given)
            if not kept:
                ((rule, value),) = why.items()
                failed[rule] = round(float(value), 9)
        row = {"name": name, "text": text, "failed": failed}
        lines.append(json.dumps(row, ensure_ascii=False))
    (VECTORS / "map-neo.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
