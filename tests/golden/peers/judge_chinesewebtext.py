"""Writes what ChineseWebText 2.0's own preprocessing says of Chinese texts.

Runs in an environment of its own, see the Makefile's target golden-peers, and writes
vectors/chinesewebtext.jsonl. The only argument is a checkout of CASIA-LM/ChineseWebText-2.0, which
is no package; its commit stands in the first line. Its word list is not used: `WORDS` are the
sensitive ones. It tells the first of its four steps that drops a text, and no others.
"""

import importlib.metadata
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"
STEPS = ("length", "character", "sensitive", "duplication", "remain")

WORDS = ("彩票", "赌场", "时时彩", "博彩")
SENTENCES = (
    "河水在夜里上涨了，村里的人都到桥上去看。", "老师把窗户打开，让学生们听见雨声。",
    "她每天早上六点开门，卖的是自己做的面包。", "去年冬天没有下雪，山上的树却比往年绿得早。",
    "船长数了数岸边的船，少了一条旧的。", "城里的钟一直停在九点半，谁也没有去修。",
    "市场上有蜂蜜、羊毛和旧工具，价钱都不高。", "工程师写了一份四十页的报告，还画了图。",
    "两个学生量了石磨的声音，说它和卡车一样响。", "傍晚的火车七点四十五分开，有时候不开。",
    "孩子们在院子里种了三棵苹果树，等着开花。", "他把信放在桌上，出门时忘了带伞。",
)  # fmt: skip
TRADITIONAL = "河水在夜裡上漲了，村裡的人都到橋上去看。"
ENGLISH = "The harbour master counted the boats before the sun came up. "


def texts() -> dict[str, str]:
    """Returns name -> text."""
    prose = "".join(SENTENCES)
    found = {
        "prose": prose,
        "lines": "\n".join(SENTENCES),
        "lines and blank ones": "\n\n".join(SENTENCES),
        "lines with blanks": " \n ".join(SENTENCES) + "\n",
        "too short": prose[:150],
        "one sentence traditional": prose + TRADITIONAL,
        "traditional": TRADITIONAL * 12,
        "one traditional character": prose + "這。",
        "characters of both": prose + "后面和里面，干净的面。",
        "english": ENGLISH * 6,
        "repeated": SENTENCES[0] * 14,
        "repeated in lines": "\n".join([SENTENCES[1]] * 14),
    }
    for length in (199, 200, 201, 202):
        found[f"{length} characters"] = (prose * 2)[:length]
    for size in (8, 9, 10, 11):
        lines = [prose[k : k + size] for k in range(0, size * 22, size)]
        found[f"lines of {size}"] = "\n".join(line.ljust(size, "的") for line in lines)
        found[f"lines of {size} and a feed"] = found[f"lines of {size}"] + "\n"
    for times in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10):
        found[f"english {times} times"] = SENTENCES[0] + SENTENCES[1] + ENGLISH * times
        found[f"a sentence {times} times"] = prose + SENTENCES[4] * times
        found[f"two sentences {times} times"] = prose + (SENTENCES[2] + SENTENCES[3]) * times
    for words in (0, 1, 2, 3, 4):
        for count in (1, 2, 4, 6, 8, 10, 12):
            text = "\n".join("".join(SENTENCES[k::count]) for k in range(count))
            found[f"{words} words in {count} lines"] = text + "、".join(WORDS[:words]) + "。"
    found["one word often"] = "\n".join(SENTENCES[:4]) * 3 + WORDS[0] * 8
    return found


def main() -> None:
    """See the module."""
    checkout = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(checkout / "Preprocessing"))
    from preprocess import preprocess

    documents = texts()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("dict.txt").write_text("".join(f"x\t{word}\n" for word in WORDS), "utf-8")
        rows = [json.dumps({"text": text}, ensure_ascii=False) for text in documents.values()]
        Path("in.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
        preprocess("in.jsonl")
        steps = {
            json.loads(line)["text"]: step
            for step in STEPS
            for line in Path(step, "in.jsonl").read_text("utf-8").splitlines()
        }
    version = importlib.metadata.version("zhconv")
    head = {"chinesewebtext": "4c45737", "zhconv": version, "python": platform.python_version()}
    lines = [json.dumps({**head, "words": WORDS}, ensure_ascii=False)]
    for name, text in documents.items():
        row = {"name": name, "text": text, "step": steps[text]}
        lines.append(json.dumps(row, ensure_ascii=False))
    (VECTORS / "chinesewebtext.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
