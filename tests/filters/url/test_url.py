"""The step *url*: reasons, measures, shares, what it says of itself."""

import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.filters.url.options import UrlOptions
from corpus_pipeline.filters.url.step import Url


def batch(*urls: str | None, texts: list[str | None] | None = None) -> pa.RecordBatch:
    count = len(urls)
    return pa.record_batch(
        {
            "drop_reason": pa.nulls(count, pa.string()),
            "reasons": pa.nulls(count, pa.list_(pa.string())),
            "url": pa.array(urls, pa.string()),
            "raw": pa.array([b"<p>" if texts is None else None] * count, pa.binary()),
            "text": pa.array(texts or [None] * count, pa.string()),
        }
    )


def step(label: str | None = None, **options: Any) -> Url:
    planned = Url(UrlOptions(**options), label=label)
    planned.check()
    made: Url = pickle.loads(pickle.dumps(planned))
    made.open()
    return made


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    for name, content in {
        "adult.txt": "bad.example\ngood.example/bad\n坏.中国\n",
        "parts.txt": "badpart\n赌场\n",
        "words.txt": "badword\n",
        "soft.txt": "live\ncams\n博彩\n",
        "patterns.txt": "/tag/\n",
    }.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def all_rules(lists: Path) -> Url:
    return step(
        block_domains=(f"{lists}/adult.txt",),
        allow_domains=("ok.bad.example", "allowed.example"),
        block_subwords=(f"{lists}/parts.txt",),
        block_words=(f"{lists}/words.txt",),
        soft_words=(f"{lists}/soft.txt",),
        block_patterns=(f"{lists}/patterns.txt",),
    )


@pytest.mark.parametrize(
    ("url", "reasons", "matched", "name"),
    [
        ("http://a.example/", None, None, None),
        ("http://www.bad.example/", ["url-domain-blocked"], "bad.example", "adult"),
        ("http://坏.中国/", ["url-domain-blocked"], "xn--7es.xn--fiqs8s", "adult"),
        ("http://good.example/bad/1", ["url-blocked"], "good.example/bad", "adult"),
        ("http://a.example/b-adpart", ["url-words"], "badpart", "parts"),
        ("http://a.example/网上赌场", ["url-words"], "赌场", "parts"),
        ("http://a.example/badword", ["url-words"], "badword", "words"),
        ("http://a.example/badwords", None, None, None),
        ("http://a.example/live", None, None, None),
        ("http://a.example/live/live", None, None, None),
        ("http://a.example/live/cams", ["url-words"], "live, cams", "soft"),
        ("http://a.example/live/博彩网", ["url-words"], "live, 博彩", "soft"),
        ("http://a.example/tag/x", ["url-pattern"], "/tag/", "patterns"),
        ("http://bad.example/tag/badword", ["url-domain-blocked", "url-words", "url-pattern"],
         "bad.example", "adult"),
        ("http://x.ok.bad.example/tag/badword", None, None, None),
        ("http://allowed.example/live/cams", None, None, None),
        ("urn:badword", None, None, None),
        (None, None, None, None),
    ],
)  # fmt: skip
def test_rules(
    lists: Path, url: str | None, reasons: list[str] | None, matched: str | None, name: str | None
) -> None:
    after = all_rules(lists).apply(batch(url, "http://other.example/"))
    assert after["reasons"].to_pylist() == [reasons, None]
    assert after["url_matched"].to_pylist() == [matched, None]
    assert after["url_list"].to_pylist() == [name, None]


def test_measures() -> None:
    urls = ("HTTP://WWW.Example.co.uk:80/a?utm_x=1", "http://10.0.0.1/", "none", None)
    after = step().apply(batch(*urls))
    assert after["url_normalised"].to_pylist() == [
        "http://www.example.co.uk/a", "http://10.0.0.1/", None, None
    ]  # fmt: skip
    assert after["url_domain"].to_pylist() == ["example.co.uk", None, None, None]
    assert after["drop_reason"].null_count == 4
    bare = step(normalise=False).apply(batch(*urls))
    assert bare["url_normalised"].null_count == bare["url_domain"].null_count == 4
    for name in Url.columns.names:
        assert after[name].type == bare[name].type == pa.string()


def test_records_that_could_not_be_read_keep_their_fate() -> None:
    unreadable = pa.record_batch(
        {
            "drop_reason": ["bad-json", None],
            "reasons": pa.array([["bad-json"], None], pa.list_(pa.string())),
            "url": ["http://bad.example", "http://bad.example"],
            "raw": pa.nulls(2, pa.binary()),
            "text": pa.array([None, "文"], pa.string()),
        }
    )
    after = step(block_domains=("bad.example",)).apply(unreadable)
    assert after["drop_reason"].to_pylist() == ["bad-json", "url-domain-blocked"]
    assert after["reasons"].to_pylist() == [["bad-json"], ["url-domain-blocked"]]


def test_only_some_domains_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("news.example\na.example/x\n")
    made = step(only_domains=(f"{tmp_path}/list.txt",), require_url=True)
    urls = ("http://x.news.example/", "http://a.example/x/1", "http://a.example/y", "none", None)
    assert made.apply(batch(*urls))["drop_reason"].to_pylist() == [
        None, None, "url-not-listed", "url-missing", "url-missing"
    ]  # fmt: skip
    made = step(only_domains=(f"{tmp_path}/list.txt",))
    assert made.apply(batch(*urls))["drop_reason"].to_pylist() == [
        None, None, "url-not-listed", None, None
    ]  # fmt: skip


def test_shares() -> None:
    urls = [f"http://s{n % 3}.example/{n}?utm_source={n}" for n in range(3000)]
    made = step(keep_share={"s0.example": 0, "s1.example": 0.25, "*": 1})
    gone = made.apply(batch(*urls))["drop_reason"].to_pylist()
    assert all(gone[n] == "url-not-sampled" for n in range(0, 3000, 3))
    assert gone[2::3] == [None] * 1000
    kept = [n for n in range(1, 3000, 3) if gone[n] is None]
    assert 200 < len(kept) < 300
    # The same ones in any company and whatever the tracking; others with another seed.
    again = made.apply(batch(*(f"http://S1.example:80/{n}" for n in kept)))
    assert again["drop_reason"].null_count == len(kept)
    other = step(keep_share=0.25, seed=1).apply(batch(*(urls[n] for n in kept)))
    assert 20 < other["drop_reason"].null_count < 120
    # A smaller share is a part of a larger one.
    smaller = step(keep_share=0.1).apply(batch(*urls))["drop_reason"].to_pylist()
    larger = step(keep_share=0.3).apply(batch(*urls))["drop_reason"].to_pylist()
    assert all(after is None for before, after in zip(smaller, larger, strict=True) if not before)


def test_shares_go_by_the_text_where_there_is_one() -> None:
    texts: list[str | None] = [f"第{n}篇" for n in range(400)]
    one = batch(*(f"http://a.example/{n}" for n in range(400)), texts=texts)
    two = batch(*[None] * 400, texts=texts)
    made = step(keep_share=0.5)
    fates = made.apply(one)["drop_reason"].to_pylist()
    assert fates == made.apply(two)["drop_reason"].to_pylist()
    assert 150 < fates.count(None) < 250
    for share, count in ((0, 0), (1, 400)):
        assert step(keep_share=share).apply(one)["drop_reason"].null_count == count


def test_a_share_for_a_domain_in_another_script() -> None:
    made = step(keep_share={"例子.中国": 0})
    assert made.apply(batch("http://a.例子.中国/", "http://中国/"))["drop_reason"].to_pylist() == [
        "url-not-sampled", None
    ]  # fmt: skip


def test_a_repeated_step_has_its_label() -> None:
    made = step("late", block_domains=("bad.example",))
    after = made.apply(batch("http://bad.example"))
    assert after["drop_reason"].to_pylist() == ["late-url-domain-blocked"]
    assert after["late_url_matched"].to_pylist() == ["bad.example"]


def test_resources_are_what_it_loads(lists: Path) -> None:
    made = all_rules(lists)
    assert [(resource.key, Path(resource.path).name) for resource in made.resources()] == [
        ("url.block_domains", "adult.txt"),
        ("url.block_subwords", "parts.txt"),
        ("url.block_words", "words.txt"),
        ("url.soft_words", "soft.txt"),
        ("url.block_patterns", "patterns.txt"),
    ]


def test_explanations(lists: Path) -> None:
    made = all_rules(lists)
    after = made.apply(batch("http://bad.example/tag/")).to_pylist()[0]
    assert made.explain("url-domain-blocked", after, None) == (
        "bad.example of adult in http://bad.example/tag/"
    )
    assert made.explain("url-pattern", after, None) == "http://bad.example/tag/"
    sampled = Url(UrlOptions(keep_share={"a.example": 0.5}))
    assert sampled.explain("url-not-sampled", {}, None) == "keep_share {'a.example': 0.5}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keep_share": 0.1234567}, "url.keep_share.* may have 6 decimals"),
        ({"keep_share": {"word": 0.5}}, "url.keep_share.word: no domain; write one as example.com"),
        ({"keep_share": {"http://a.example/": 0.5}}, "no domain"),
    ],
)
def test_refused_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        Url(UrlOptions(**options)).check()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["block_words", "block_patterns", "block_domains"])
def test_missing_files(key: str) -> None:
    options: dict[str, Any] = {key: ("./none.txt",)}
    with pytest.raises(ResourceError, match=rf"^url\.{key}: (\./)?none\.txt: "):
        step(**options)
