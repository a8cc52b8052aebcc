"""Trains the models beside this file and writes what SentencePiece 0.2.3 makes of some texts.

    pip install sentencepiece==0.2.3 && python make.py

The models are of 400 pieces, learnt from a few sentences written for this purpose; the tests need
neither this script nor the library.
"""

import json
import os
from pathlib import Path

SENTENCES = [
    "The lower house met on Monday, and the lowest bid was taken.",
    "Nobody knew whether the newest bridge would be wider than the widest river.",
    "中华人民共和国的法律由全国人民代表大会制定。",
    "今天天气很好，我们在公园里散步，明天的天气也会很好。",
    "def f(x):\n    return x + 12345\n",
    "Über allen Gipfeln ist Ruh; naïve café, 2024-12-31.",
    "ひらがなとカタカナ、한국어 문장도 있습니다.",
    "0 < x > 0 and x < y",
    "a, b and c: the cat, the hat, the bat, the rat, that, this, then, there.",
] * 20
TEXTS = [
    "", " ", "   ", "the lowest bridge", " the  lowest ", "今天天气很好。", "中华人民共和国",
    "def f(x):\n    return x + 1\n", "\ttab\r\nline ", "naïve Über café", "123 4567",
    "한국어 ひらがな", "</s><s><unk> <pad>", "<0x41>A<0x0A>", "龘 unknown 𠀀𠀁 👍🏽",
    "▁under▁▁score ▁", "\u3000wide　", "thethethe cat hat", "a" * 50, "那那那", "\u0301e\u0301",
    "<td>cell</td>", "end\n\n", "\u2028", "".join(SENTENCES[:9]),
]  # fmt: skip
MODELS: dict[str, dict[str, object]] = {
    "bpe": {"model_type": "bpe", "byte_fallback": True, "split_digits": True},
    "bpe-user": {
        "model_type": "bpe", "byte_fallback": True, "add_dummy_prefix": False,
        "user_defined_symbols": ["<td>", "▁▁", "\n"],
    },
    "bpe-unknown": {"model_type": "bpe", "remove_extra_whitespaces": True},
    "unigram": {"model_type": "unigram"},
    "unigram-bytes": {"model_type": "unigram", "byte_fallback": True},
    "unigram-across": {"model_type": "unigram", "split_by_whitespace": False},
}  # fmt: skip


def main() -> None:
    """Writes models and expected.json into the folder of this file."""
    import sentencepiece

    os.chdir(Path(__file__).parent)
    found = {}
    for name, options in MODELS.items():
        chosen = {"remove_extra_whitespaces": False, **options}
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(SENTENCES), model_prefix=name, vocab_size=400,
            normalization_rule_name="identity", character_coverage=0.98, num_threads=1,
            hard_vocab_limit=False, minloglevel=2, **chosen,
        )  # fmt: skip
        Path(f"{name}.vocab").unlink()
        model = sentencepiece.SentencePieceProcessor(model_file=f"{name}.model")
        found[name] = [model.encode(text) for text in TEXTS]
    content = {"texts": TEXTS, "ids": found}
    Path("expected.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
