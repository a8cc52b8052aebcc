"""Evaluation items, and short ways to index and find them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from corpus_pipeline.dedup.contamination import (
    ContaminationIndex,
    ContaminationOptions,
    build_index,
    find_contamination,
)
from corpus_pipeline.dedup.contamination_verdicts import judge_contamination, strongest

EGGS = (
    "Janet's ducks lay 16 eggs per day. She eats three for breakfast every morning and bakes "
    "muffins for her friends every day with four. How much does she make every day?"
)
TRAINS = (
    "某地铁列车从甲站开往乙站，每小时行驶60公里，途中停靠三站，每站两分钟，问全程共需要多少时间？"
)
OTHER = (
    "A robe takes 2 bolts of blue fiber and half that much white fiber. How many bolts in total?"
)
ITEMS = {"eggs": EGGS, "trains": TRAINS, "robe": OTHER}


def index_of(items: dict[str, str], **options: float) -> ContaminationIndex:
    return build_index(
        list(items),
        pa.array(list(items.values()), pa.string()),
        ContaminationOptions(**options),  # type: ignore[arg-type]
    )


def with_answers(rows: list[tuple[str, str]], **options: float) -> ContaminationIndex:
    """An index of questions and their answers, named q0, a0, q1, …"""
    parts = [
        (f"{kind}{i}", text, i)
        for i, row in enumerate(rows)
        for kind, text in zip("qa", row, strict=True)
    ]
    ids, texts, numbers = zip(*parts, strict=True)
    return build_index(
        ids, pa.array(texts), ContaminationOptions(**options), numbers,  # type: ignore[arg-type]
        [each.startswith("a") for each in ids],
    )  # fmt: skip


def judge(
    texts: Sequence[str | None], index: ContaminationIndex, max_documents: int = 20
) -> pa.Table:
    places = find_contamination(pa.array(texts, pa.string()), index)
    addresses = places["text"].to_numpy().astype(np.uint64)
    return judge_contamination(addresses, places, index, max_documents)


def found(
    texts: Sequence[str | None], index: ContaminationIndex, max_documents: int = 20
) -> dict[int, str]:
    table = strongest(judge(texts, index, max_documents))
    return dict(zip(table["address"].to_pylist(), table["item"].to_pylist(), strict=True))
