"""Lists of domains and addresses: every published layout, what is in them, and a slow twin."""

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.url.lists import load_url_lists
from corpus_pipeline.filters.url.normalise import normalise_urls
from corpus_pipeline.filters.url.tables import build_table, find_domains

KEY = "url.block_domains"


def matches(items: list[str], *urls: str) -> list[tuple[str, str] | None]:
    lists = load_url_lists(items, KEY)
    found: list[tuple[str, str] | None] = []
    for domain, address in zip(*lists.find(normalise_urls(pa.array(urls))), strict=True):
        if domain >= 0:
            found.append(lists.domain(domain))
        else:
            found.append(lists.address(address) if address >= 0 else None)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in the layout of UT1, and lists beside it."""
    adult = tmp_path / "ut1" / "adult"
    adult.mkdir(parents=True)
    (adult / "domains").write_text("bad.example\nBAD2.example.\n10.1.2.3\n")
    (adult / "urls").write_text("good.example/~bad\nwww.good.example/x/y\n")
    games = tmp_path / "ut1" / "games"
    games.mkdir()
    (games / "domains.gz").write_bytes(gzip.compress("游戏.中国\n".encode()))
    (tmp_path / "ut1" / "README").write_text("no list")
    (tmp_path / "hosts.txt").write_text(
        "# comment\n127.0.0.1 localhost\n::1 localhost\n0.0.0.0 0.0.0.0\n"
        "0.0.0.0 ads.example # why\n127.0.0.1\ttrack.example other.example\n"
    )
    return tmp_path


def test_the_layout_of_ut1(folder: Path) -> None:
    urls = (
        "http://bad.example", "http://x.y.bad.example:8080/", "http://notbad.example",
        "http://bad2.example/", "http://10.1.2.3/x", "http://www.good.example/%7Ebad/x",
        "http://good.example/~badly", "http://good.example/x/y?z=1", "http://good.example/x",
        "http://a.xn--unup4y.xn--fiqs8s/", "http://游戏.中国/",
    )  # fmt: skip
    assert matches([str(folder / "ut1")], *urls) == [
        ("bad.example", "adult"), ("bad.example", "adult"), None,
        ("bad2.example", "adult"), ("10.1.2.3", "adult"), ("good.example/~bad", "adult"),
        None, ("good.example/x/y", "adult"), None,
        ("xn--unup4y.xn--fiqs8s", "games"), ("xn--unup4y.xn--fiqs8s", "games"),
    ]  # fmt: skip
    one = matches([str(folder / "ut1" / "games")], "http://bad.example", "http://游戏.中国/")
    assert one == [None, ("xn--unup4y.xn--fiqs8s", "games")]


def test_hosts_files(folder: Path) -> None:
    urls = ("http://ads.example", "http://other.example", "http://localhost/", "http://0.0.0.0")
    assert matches([str(folder / "hosts.txt")], *urls) == [
        ("ads.example", "hosts"), ("other.example", "hosts"), None, None
    ]  # fmt: skip


def test_a_folder_of_plain_lists(folder: Path) -> None:
    (folder / "mine.txt.gz").write_bytes(gzip.compress(b"a.example\n"))
    urls = ("http://a.example", "http://track.example", "http://bad.example")
    assert matches([str(folder)], *urls) == [
        ("a.example", "mine"),
        ("track.example", "hosts"),
        None,
    ]


@pytest.mark.parametrize(
    ("line", "hit", "miss"),
    [
        ("a.example", "http://x.a.example/y", "http://b.a.example.com/"),
        (".a.example", "http://x.a.example/", "http://xa.example/"),
        ("*.a.example", "http://x.a.example/", "http://xa.example/"),
        ("*.xxx", "http://any.xxx/", "http://xxx.com/"),
        (".中国", "http://例子.中国/", "http://中国.com/"),
        ("||a.example^", "http://x.a.example/", "http://xa.example/"),
        ("||a.example^$third-party", "http://a.example/", "http://xa.example/"),
        ("https://a.example/", "http://a.example/y", "http://b.example/"),
        ("a.example/x/", "https://www.a.example/x?y", "http://a.example/xy"),
        ("http://a.example:8080/x", "http://a.example:8080/x/", "http://a.example/x"),
        ("a.example/文", "http://a.example/%E6%96%87", "http://a.example/%E6"),
        ("a.example/x?id=1", "http://a.example/x?id=1&b=2", "http://a.example/x?id=12"),
        ("  A.EXAMPLE  ", "http://a.example/", "http://b.example/"),
        ("例子.测试 # note", "http://xn--fsqu00a.xn--0zwm56d/", "http://xn--fsqu00a.com/"),
    ],
)
def test_lines(tmp_path: Path, line: str, hit: str, miss: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(f"\ufeff# first\r\n! comment\r\n[Adblock Plus]\r\n\r\n{line}\r\n".encode())
    found = matches([str(path)], hit, miss)
    assert found[0] is not None
    assert found[1] is None


def test_domains_in_the_configuration() -> None:
    urls = ("http://x.a.example", "http://例子.cn", "http://b")
    assert matches(["a.example", "例子.cn"], *urls) == [
        ("a.example", "block_domains"), ("xn--fsqu00a.cn", "block_domains"), None
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a.example\nno domain here\n", "line 2: `no domain here` is no domain"),
        (b"a.example\nword\n", "line 2: `word` is no domain"),
        (b"http://\n", "line 1: `http://` is no domain"),
        (b"@@||a.example^\n", "line 1"),
        (b"/ads/*.js\n", "line 1"),
        (b"a.example\n\xff.example\n", "line 2: not UTF-8; convert it"),
        (b"\x1f\x8b\x08broken", "the gzip data are damaged"),
        (gzip.compress(b"a.example\n" * 99)[:-9], "the gzip data are damaged"),
    ],
)
def test_what_is_no_list(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(ResourceError) as caught:
        load_url_lists([str(path)], KEY)
    assert str(caught.value).startswith(f"{KEY}: {path}")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_long_list_may_have_slips(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("\n".join([*(f"a{n}.example" for n in range(199)), "a slip"]))
    assert matches([str(path)], "http://a7.example") == [("a7.example", "list")]


def test_missing_lists(tmp_path: Path) -> None:
    for item in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(ResourceError, match="no list found; name a file, a folder with"):
            load_url_lists([str(item)], KEY)
    with pytest.raises(ResourceError, match=r"item 1: `domains` is no domain"):
        load_url_lists(["domains"], KEY)


LABELS = st.sampled_from(["a", "b", "ab", "文", "c-1"])
HOSTS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(HOSTS, max_size=8), st.lists(HOSTS, max_size=6))
def test_the_longest_listed_domain_is_found(domains: list[str], hosts: list[str]) -> None:
    table = build_table(pa.array(domains, pa.string()), backwards=True)
    ends = np.cumsum([len(host.encode()) for host in hosts], dtype=np.int64)
    spans = np.stack([ends - [len(host.encode()) for host in hosts], ends], 1).astype(np.int64)
    data = np.frombuffer("".join(hosts).encode(), np.uint8)
    found = find_domains(data, spans.reshape(-1, 2), table)
    for host, number in zip(hosts, found.tolist(), strict=True):
        labels = host.split(".")
        parents = [".".join(labels[i:]) for i in range(len(labels))]
        assert number == next((domains.index(p) for p in parents if p in domains), -1)


def test_many_entries() -> None:
    """All of them are found, and nothing else."""
    names = [f"d{n}.example" for n in range(0, 40_000, 2)]
    lists = load_url_lists(names, KEY)
    urls = pa.array([f"http://w.d{n}.example/" for n in range(40_000)])
    found = lists.find(normalise_urls(urls))[0]
    assert (found[0::2] == np.arange(20_000)).all()
    assert (found[1::2] == -1).all()
