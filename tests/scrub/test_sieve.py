"""What kernels settle is what the rules would say: with and without them, the same is found."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline.scrub import numbers
from corpus_pipeline.scrub.candidates import ALL_KINDS, EMAIL, IP, PHONE, Windows, windows_of
from corpus_pipeline.scrub.detectors import Detectors, load_detectors
from corpus_pipeline.scrub.mail import MailRules
from corpus_pipeline.scrub.numbers import find_spans
from corpus_pipeline.scrub.phone_sieve import may_have_phones
from corpus_pipeline.scrub.sieve import Sifted, sift
from corpus_pipeline.scrub.spans import Spans
from corpus_pipeline.text.columns import Utf8, utf8_buffers

PIECES = (
    "li@example.cn", "a.b+c@mail.example.com", "git@github.com", "x@y.py", "J@Main.rs",
    "root@host", "1234567890@qq.com", "a@163.com", "icon@2x.png", "a_@b.org", "a..b@c.de",
    "o'neil@example.org", "li＠example.cn", "é@b.com", "a@b.com.", "a@b.com-x", "a@b.co.uk:22/",
    "a@1.2.3.4", "'root'@'%'", "mailto:", "https://", "Message-ID: <", "In-Reply-To: <",
    "References: <a@b.cd>, <", "news:", "To: ", "[at] example [dot] com", "192.168.0.1",
    "10.0.0.1:80", "93.184.216.34", "1.2.3.4", "8.8.8.8", "192.168.0.1/24", "v10.20.30.40",
    "10.20.30.40.50", "300.1.1.1", "fe80::1", "::1", "2606:4700::6810", "1:2:3:4:5:6:7:8",
    "16:45:26", "2016-10-08 16:45:26", "a::b", "version ", "110105194912310021",
    "11010519491231002X", "11010519491231002x", "110105194912310025", "110105491231002",
    "身份证 ", "身份证110105 19491231 002X", "4111 1111 1111 1111", "13812345678",
    "138-1234-5678", "86 138 1234 5678", "0551/872827", "020 7946 0958", "(202) 418-0069",
    "202.418.0069", "+442079460958", "+ 44 20 7946 0958", "＋8613812345678", "2018-07-16 16",
    "2018.07.16", "07/16/2018", "20180716", "0.8786016", "10.1145/1341531", "1602.05629",
    "9539.4757", "2010-2016", "3462-3471", "1-800-FLOWERS", "800-FLOWERS", "1449381650",
    "00442079460958", "01.23.45.67.89", "8 800 555 35 35", "98734 47404", "12 3456-7890",
    "500-2000", "6363 8585", "13812345678QQ", "tel ", "Phone: ", "call ", "T ", "M ", "电话",
    "手机：", "联系", "fax", "/answer/", "id", "=", "#", "x", "Tel\t", "a,tel\n1,", "|phone|\n|",
    "\u200b", "，", "：", "（", "）", "。", "我", "é", "😀", "\u3000",
)  # fmt: skip
GAPS = (
    "",
    "",
    " ",
    " ",
    "\n",
    ", ",
    ",",
    ";",
    "-",
    "/",
    "|",
    ": ",
    " (",
    ")",
    "\t",
    "_",
    "  ",
    ". ",
)


def as_they_are(text: Utf8, windows: Windows, *, keep_private_ips: bool) -> Sifted:
    none = np.empty(0, np.int32)
    return Sifted(windows.kinds.copy(), none, none, none, none)


def rows_of(spans: Spans) -> list[tuple[Any, ...]]:
    return list(zip(*(column.tolist() for column in spans), strict=True))


def document(rng: random.Random) -> str:
    words = rng.sample(PIECES, 12)
    return "".join(rng.choice(words) + rng.choice(GAPS) for _ in range(rng.randint(1, 30)))


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return load_detectors()._replace(shapes=None)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("private", [True, False])
def test_the_same_is_found(
    seed: int, private: bool, detectors: Detectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    texts = [document(rng) for _ in range(600)]
    # A private address is known without the words before it, so that it is no part of a telephone
    # number even where rules take it for a version.
    if private:
        texts = [text for text in texts if "10." not in text and "192." not in text]
    column = pa.array(texts)

    def found() -> list[tuple[Any, ...]]:
        return rows_of(find_spans(column, detectors, keep_private_ips=private))

    fast = found()
    monkeypatch.setattr(numbers, "sift", as_they_are)
    monkeypatch.setattr(
        numbers, "may_have_phones", lambda text, rows, starts, ends: np.ones(len(rows), np.bool_)
    )
    slow = found()
    if fast != slow:
        row, start, end, *_ = min(set(fast) ^ set(slow))
        raise AssertionError(f"{row} {start}-{end} of {texts[row]!r}")


def sifted(text: str, kinds: int = ALL_KINDS) -> tuple[list[int], list[str]]:
    """What is left of each window, and what is found."""
    buffers = utf8_buffers(pa.array([text]))
    found = sift(buffers, windows_of(buffers, kinds), keep_private_ips=True)
    data = text.encode()
    places = zip(found.starts.tolist(), found.ends.tolist(), strict=True)
    return found.kinds.tolist(), [data[start:end].decode() for start, end in places]


@pytest.mark.parametrize(
    ("text", "left", "found"),
    [
        ("to li.wei@example.cn, or", [0], ["li.wei@example.cn"]),
        ("邮箱li@163.com。", [0], ["li@163.com"]),
        ("（邮箱：li@example.cn）", [0], ["li@example.cn"]),
        ("<li@example.cn>", [0], ["li@example.cn"]),
        ("To: li@example.cn", [0], ["li@example.cn"]),
        ("message-id: <li@example.cn>", [EMAIL], []),
        ("in-reply-to: <li@example.cn>", [EMAIL], []),
        ("ssh://li@example.cn", [EMAIL], []),
        ("git@example.com:a/b", [EMAIL], []),
        ("li@example.cn/path", [0], ["li@example.cn"]),
        ("x@w.to(device)", [EMAIL], []),
        ("li@example.cn:22", [EMAIL], []),
        ("é@example.cn", [EMAIL], []),
        ("_li@example.cn_", [EMAIL], []),
        ("icon@2x.png", [EMAIL], []),
        ("root@localhost", [0], []),
        ("'root'@'%'", [0], []),
        ("a@10.0.0", [0], []),
        ("li [at] example [dot] com", [EMAIL], []),
    ],
)
def test_mail(text: str, left: list[int], found: list[str]) -> None:
    assert sifted(text, EMAIL) == (left, found)


@pytest.mark.parametrize(
    ("text", "left", "found"),
    [
        ("at 192.168.0.1:80", [0], ["192.168.0.1"]),
        ("10.20.30.0/24", [0], []),
        ("127.0.0.1/8", [0], ["127.0.0.1/8"]),
        ("8.8.8.8, 114.114.114.114", [0, 0], ["114.114.114.114"]),
        ("93.184.216.34", [IP], []),
        ("300.184.216.34", [0], []),
        ("1.93.184.216.34", [0], []),
        ("2016-10-08 16:45:26", [0], []),
        ("fe80::1", [IP], []),
        ("1:2:3:4:5:6:7:8", [IP], []),
        ("１９２.168.0.1", [IP], []),
    ],
)
def test_addresses(text: str, left: list[int], found: list[str]) -> None:
    assert sifted(text, IP) == (left, found)


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("2018-07-16 16:00", False),
        ("tel 2018-07-16", False),
        ("16.07.2018", False),
        ("0.8786016", False),
        ("fax 0.8786016", False),
        ("9539.4757", False),
        ("call 9539.4757", True),
        ("1449381650", False),
        ("13812345678", True),
        ("ab13812345678", False),
        ("/a/13812345678", False),
        ("2010-2016", False),
        ("3462-3471", False),
        ("3462-3971", True),
        ("192.168.100.113", False),
        ("202.418.0069", True),
        ("x=2024180069", False),
        ("电话2024180069", True),
        ("打开2024180069", False),
        ("2024180069 fax", True),
        ("+2024180069", True),
        ("（＋2024180069", True),
        ("0551/872827", True),
        ("551/872827", False),
        ("1,0551 872827", True),
        ("1,551 872827", False),
        ("a@b.cn 2024180069", True),
        ("1-800-FLOWERS", True),
        ("２０２４１８００６９", True),
    ],
)
def test_runs_that_may_hold_a_telephone_number(text: str, may: bool) -> None:
    buffers = utf8_buffers(pa.array([text]))
    windows = windows_of(buffers, PHONE)
    assert may_have_phones(buffers, *windows[:3]).any() == may


def test_nothing_is_asked_of_an_empty_column() -> None:
    buffers = utf8_buffers(pa.array([], pa.string()))
    windows = windows_of(buffers, ALL_KINDS)
    assert len(sift(buffers, windows, keep_private_ips=True).kinds) == 0
    assert len(may_have_phones(buffers, *windows[:3])) == 0


def test_domains_are_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def suffix_of(domain: str) -> str:
        asked.append(domain)
        return domain.rpartition(".")[2]

    finder: Callable[[str], bool] = MailRules(suffix_of).is_domain
    assert [finder("example.org") for _ in range(3)] == [True] * 3
    assert asked == ["example.org"]
