"""Windows cover everything that could be an identifier, and little else."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.scrub.candidates import (
    ALL_KINDS,
    CARD,
    CN_ID,
    EMAIL,
    ENTITIES,
    IBAN,
    IP,
    PHONE,
    find_windows,
)
from corpus_pipeline.text.columns import utf8_buffers


def windows_of(text: str, kinds: int = ALL_KINDS) -> list[tuple[str, int]]:
    windows = find_windows(pa.array([text]), kinds)
    data = text.encode()
    return [
        (data[start:end].decode("utf-8", "replace"), kind)
        for start, end, kind in zip(
            windows.starts.tolist(), windows.ends.tolist(), windows.kinds.tolist(), strict=True
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("no identifiers, 2019-05 and 12,345,678", []),
        ("2019年05月28日", []),
        ("电话13812345678，", [("13812345678", PHONE)]),
        ("call +1 (212) 555-2368 now", [("1 (212) 555-2368", PHONE)]),
        ("１３８１２３４５６７８", [("１３８１２３４５６７８", PHONE)]),
        ("138 -- 1234(  )5678", [("138 -- 1234(  )5678", PHONE)]),
        ("1234567     7654321", [("1234567", PHONE), ("7654321", PHONE)]),
        ("身份证11010519491231002X。", [("11010519491231002", PHONE | CARD | CN_ID)]),
        ("6222 0204 1809 5482", [("6222 0204 1809 5482", PHONE | CARD | CN_ID)]),
        ("邮箱li.wei@example.cn或", [("li.wei@example.cn", EMAIL)]),
        ("邮箱li＠example.cn或", [("li＠example.cn", EMAIL)]),
        ("@name and name@ and @", []),
        ("@name@example.org", [("@name@example.org", EMAIL)]),
        ("josé@exámple.com", [("josé@exámple.com", EMAIL)]),
        ("服务器93.184.216.34在线", [("93.184.216.34", PHONE), ("93.184.216.34", IP)]),
        ("at 2606:4700::1111, 12:30", [("2606:4700::1111", IP)]),
        ("v1.2.3 or 12:30", []),
        ("电话138\u202f1234\u20115678", [("138\u202f1234\u20115678", PHONE)]),
        ("138\u200b1234\u200e5678", [("138\u200b1234\u200e5678", PHONE)]),
        ("٠١٠ ١٢٣٤ ٥٦٧٨", [("٠١٠ ١٢٣٤ ٥٦٧٨", PHONE)]),
        ("फ़ोन ९८७६५४३२१०", [("९८७६५४३२१०", PHONE)]),
        ("110105 19491231 002X", [("110105 19491231 002", PHONE | CN_ID)]),
        ("1-800-FLOWERS, 800 MHz", [("1-800-FLOWERS", PHONE)]),
        ("li [at] example [dot] com, f(x) [attic]", [("li [at] example [dot] com", EMAIL)]),
        ("li﹫example.com", [("li﹫example.com", EMAIL)]),
        (
            "９３．１８４．２１６．３４",
            [("９３．１８４．２１６．３４", PHONE), ("９３．１８４．２１６．３４", IP)],
        ),
        ("户GB82WEST12345698765432。", [("12345698765432", PHONE)]),
    ],
)
def test_windows(text: str, expected: list[tuple[str, int]]) -> None:
    assert [window for window in windows_of(text) if window[1] != IBAN] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("户GB82 WEST 1234 5698 7654 32。" + "字" * 20, ["GB82 WEST 1234 5698 7654 32"]),
        ("AB12 3456 7890 GB82 WEST 1234 5698 7654 32", ["GB82 WEST 1234 5698 7654 32"]),
        ("de89-3704-0044-0532-0130-00", ["de89-3704-0044-0532-0130-00"]),
        ("IBANDE89370400440532013000", ["DE89370400440532013000"]),
        ("ＤＥ８９\u202f３７０４００４４０５３２０１３０００",
         ["ＤＥ８９\u202f３７０４００４４０５３２０１３０００"]),
        ("XXDE89370400440532013000 ZZ89370400440532013000 DE8937040044", []),
    ],
)  # fmt: skip
def test_iban_windows(text: str, expected: list[str]) -> None:
    assert [window for window, kind in windows_of(text) if kind == IBAN] == expected


def test_only_wanted_kinds() -> None:
    text = "li@example.cn 13812345678 93.184.216.34 GB82WEST12345698765432"
    for bit in range(len(ENTITIES)):
        assert {kind for _, kind in windows_of(text, 1 << bit)} <= {1 << bit}
    assert windows_of(text, 0) == []


def test_rows_nulls_and_slices() -> None:
    column = pa.array(["13812345678", None, "", "a@b.cn", "21 255 523 68"]).slice(1)
    windows = find_windows(column)
    assert windows.rows.tolist() == [2, 3]
    _, offsets = utf8_buffers(column)
    assert windows.starts.tolist() == [int(offsets[2]), int(offsets[3])]
    for empty in (pa.array([], pa.string()), pa.array([None, None], pa.string())):
        assert len(find_windows(empty).rows) == 0


def test_digits_do_not_run_into_the_next_row() -> None:
    assert len(find_windows(pa.array(["1381", "2345678a@", "b.cn GB", "82WEST12345698"])).rows) == 2


PIECES = st.sampled_from(
    [
        *"0159 -.()/xX+@:,;\n中ー（）＋－０９é😀aF\u202f\u200b–[{",
        "138",
        "2345",
        "a@b",
        "GB82",
        "WEST",
        "::",
        "  ",
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_every_run_lies_in_a_window(text: str) -> None:
    data = text.encode()
    windows = find_windows(pa.array([text]))
    runs = {
        PHONE: r"[0-9０-９](?:[ \-.()\[\]/~xX（）－ー\u202f–]{0,4}\u200b?[0-9０-９]){6,}",
        EMAIL: r"[\w.\-]*[a-zA-Z0-9é][@＠][a-zA-Z0-9é][a-zA-Zé0-9.\-]*",
        IP: r"[0-9A-Fa-f.:]*\.[0-9A-Fa-f.:]*\.[0-9A-Fa-f.:]*\.[0-9A-Fa-f.:]*",
        IBAN: r"(?<![A-Za-z0-9])GB[0-9]{2}(?:[ -]?[A-Z0-9]){18}",
    }
    for kind, pattern in runs.items():
        of_kind = np.flatnonzero(windows.kinds & kind)
        for match in re.finditer(pattern, text, re.ASCII):
            if kind == IP and not re.search("[0-9]", match.group()):
                continue
            start = len(text[: match.start()].encode())
            end = start + len(match.group().encode())
            assert any(windows.starts[w] <= start and end <= windows.ends[w] for w in of_kind), (
                kind,
                match.group(),
            )
    # Windows begin and end within the text, and none but an IBAN's is cut inside a character.
    for start, end, kind in zip(windows.starts, windows.ends, windows.kinds, strict=True):
        assert 0 <= start < end <= len(data)
        if kind != IBAN:
            data[start:end].decode()
