"""Trains the models beside this file and writes which pieces SentencePiece 0.2.3 makes of texts.

    pip install sentencepiece==0.2.3 && python make_pieces.py

The models are of some 300 pieces, learnt from a few sentences written for this purpose, with a
table of characters of a few rules; the tests need neither this script nor the library.
"""

import json
import os
import random
from pathlib import Path

SENTENCES = [
    "the river rises in the hills and runs to the sea",
    "nobody in the village had seen so much rain in 0000",
    "a new bridge was built, and the old one was closed.",
    'she said: "come in, and close the door!" - he did.',
    "今天天气很好,我们在公园里散步.",
    "这座桥建于0000年,长00米.",
    "ひらがなとカタカナの文",
    "uber den bergen, naive cafe, www.example.org",
] * 20
#: What characters become: width, blanks of other kinds, marks that go, one that becomes two.
RULES = {
    "Ａ": "A", "１": "1", "　": " ", "\u00a0": " ", "\n": " ", "\t": " ", "\u200b": "", "½": "1/2",
    "ｶ": "カ", "ｶﾞ": "ガ", "é": "e", "…": "...", "㍿": "株式 会社",
}  # fmt: skip
TEXTS = [
    "", " ", "\u3000 \n", "the river rises", "  the  old   bridge  ", "今天天气很好.", "这座桥",
    "\u200b the", "\u200b", "ｶﾞｶﾞ ｶﾞ ｶ", "cafe\u0301 café", "a½b …", "▁under▁▁score▁",
    "龘𠀀 龘 the 𠀀", "a" * 40, "wwwwww", "<unk></s><0x41>", "㍿ ㍿", "one\ntwo\n\nthree",
    "x" * 30 + " the", "。", "😀😀 the 😀",
]  # fmt: skip
MODELS: dict[str, dict[str, object]] = {
    "unigram": {"model_type": "unigram"},
    "unigram-bytes": {
        "model_type": "unigram", "byte_fallback": True, "vocab_size": 500,
        "remove_extra_whitespaces": False, "add_dummy_prefix": False,
    },
    "bpe": {"model_type": "bpe"},
    "words": {"model_type": "word"},
    "bpe-user": {"model_type": "bpe", "user_defined_symbols": ["<td>"]},
}  # fmt: skip


def made_texts() -> list[str]:
    """Returns texts of what is difficult, the same each time."""
    chosen = random.Random(7)
    parts = [
        "the",
        "ri",
        "ver",
        "桥",
        " ",
        " ",
        "　",
        "\n",
        "é",
        "ｶ",
        "ﾞ",
        "龘",
        "w",
        "ww",
        "a",
        ".",
    ]
    return ["".join(chosen.choices(parts, k=chosen.randint(1, 12))) for _ in range(150)]


def main() -> None:
    """Writes models and expected.json into the folder of this file."""
    import sentencepiece

    os.chdir(Path(__file__).parent)
    rules = (
        f"{' '.join(f'{ord(c):x}' for c in of)}\t{' '.join(f'{ord(c):x}' for c in to)}\n"
        for of, to in RULES.items()
    )
    Path("rules.tsv").write_text("".join(rules), "utf-8")
    texts = [*TEXTS, *made_texts(), *SENTENCES[:8]]
    found = {}
    for name, options in MODELS.items():
        chosen = {"vocab_size": 260, **options}
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(SENTENCES), model_prefix=name, num_threads=1,
            normalization_rule_tsv="rules.tsv", character_coverage=0.99, hard_vocab_limit=False,
            minloglevel=2, **chosen,
        )  # fmt: skip
        Path(f"{name}.vocab").unlink()
        model = sentencepiece.SentencePieceProcessor(model_file=f"{name}.model")
        found[name] = [" ".join(model.encode_as_pieces(text)) for text in texts]
    Path("rules.tsv").unlink()
    content = {"texts": texts, "pieces": found}
    Path("expected.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
