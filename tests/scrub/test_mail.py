"""Mail addresses: what is found, how far it goes, and what is none."""

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.candidates import EMAIL, find_windows
from corpus_pipeline.scrub.detectors import Detectors, load_detectors


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return load_detectors(["EMAIL_ADDRESS"])


def found(detectors: Detectors, text: str) -> list[str]:
    return [text[start:end] for start, end, _ in sorted(detectors.find_checked(text, EMAIL))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("写信给li.wei@example.cn或致电", ["li.wei@example.cn"]),
        ("邮箱：li＠example．com。", ["li＠example．com"]),
        ("メールli＠ｅｘａｍｐｌｅ．ｊｐまで", ["li＠ｅｘａｍｐｌｅ．ｊｐ"]),
        ("메일 kim@example.kr으로", ["kim@example.kr"]),
        ("mailto:o'brien+x@mail.example.co.uk?subject=1", ["o'brien+x@mail.example.co.uk"]),
        ("?mail=a@example.com&b=1", ["a@example.com"]),
        ("josé@example.com", ["josé@example.com"]),
        ("li@wp.pl, Li <li@firma.rs>", ["li@wp.pl", "li@firma.rs"]),
        ("13812345678@example.com", ["13812345678@example.com"]),
        # Neighbours: emphasis, escapes, what is glued on.
        ("**a@example.com**, <b@example.org>", ["a@example.com", "b@example.org"]),
        ("_li@example.com_ and __wu@example.com__", ["li@example.com", "wu@example.com"]),
        ("mailto:%20li@example.com, \\nwu@example.com", ["li@example.com", "wu@example.com"]),
        ("li@example.comTel:1, wu@example.comtel", ["li@example.com", "wu@example.com"]),
        ("li@example.com13812345678", ["li@example.com"]),
        ("li@example.com-Tel", ["li@example.com"]),
        ("li@example.com.Please write", ["li@example.com"]),
        ("li@example.cn/wu@example.com", ["li@example.cn", "wu@example.com"]),
        # Invisible characters inside are a part of it.
        ("li@\u200bexample.com", ["li@\u200bexample.com"]),
        ("al\u00adice@exam\u2060ple.com", ["al\u00adice@exam\u2060ple.com"]),
        # Written out for people.
        ("li [at] example [dot] com.", ["li [at] example [dot] com"]),
        ("li (dot) wei (at) mail (dot) example.org", ["li (dot) wei (at) mail (dot) example.org"]),
        ("李 li(at)example.com", ["li(at)example.com"]),
        ("http://li@example.com)", ["li@example.com"]),
    ],
)
def test_mail(detectors: Detectors, text: str, expected: list[str]) -> None:
    assert found(detectors, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "icon@2x.png core@1.2.3 me@localhost @name.app getty@tty1.service",
        "https://example.com/@someone",
        "git clone git@example.com:li/repo.git",
        "克隆git@example.com:li/repo",
        "scp a.txt li@example.com:/srv/data",
        "ssh://li@example.com/repo and postgres://li:secret@db.example.com/x",
        "https://li:secret@example.com/x",
        "enode://6f8a@node.example.org",
        "Message-ID: <20190501.AB12@example.com>",
        "References: <a.b@example.com> <c.d@example.net>",
        "<20190501123456.GA1234@example.com>",
        "user@Component.java, x@Override, a@Module.rs",
        "loss = w@x.to(device)",
        "app@sha256:abc lodash@4.17.21 @angular/core@12.0.1",
        "run@main.py",
        "look (at) this (dot) and that",
        "[root@web1.example.com ~]# ls",
    ],
)
def test_no_mail(detectors: Detectors, text: str) -> None:
    assert found(detectors, text) == []


def test_many_brackets_are_few_windows() -> None:
    # Each bracket could begin an address; with a window for each, all is read ten times over.
    text = "a (at) b " * 1000
    assert len(find_windows(pa.array([text]), EMAIL).rows) < len(text) / 40
