"""Threads become documents: every post is in one of them or counted, wherever it stands."""

import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.posts import (
    JOINS,
    Join,
    Post,
    PostOptions,
    from_bytes,
    judged,
    to_bytes,
    woven,
)
from corpus_pipeline.sources.reading import ReadOptions, is_joined, read_joined


def post(id: str, parent: str = "", score: int | None = 1, **more: Any) -> Post:
    """A post of the thread `q`, whose text is its id."""
    return Post(more.pop("record", 0), id, "q", parent, score, "", None, {}, id, **more)


def joined(posts: list[Post], join: Join) -> tuple[list[str], Counter[str]]:
    """What becomes of posts: the ids in each document, and what is counted."""
    counts: Counter[str] = Counter()
    found = woven(posts, join, lambda name, times: counts.update({name: times}))
    return [" ".join(each.id for each in document.posts) for document in found], counts


THREAD = [post("q"), post("a", "q", 2), post("b", "q", 9), post("c", "a"), post("d", "a", 3)]
LOW = [judged(each, PostOptions(min_score=2)) for each in (post("q", score=5), *THREAD[1:])]


@pytest.mark.parametrize(
    ("posts", "join", "expected", "counts"),
    [
        (THREAD, "thread", ["q b a d c"], {"joined-post": 4}),
        (THREAD, "replies", ["b", "a d c"], {"joined-post": 2, "skipped-first-post": 1}),
        (THREAD, "parent", ["q b", "q a", "a d", "a c"], {"joined-post": 1}),
        (LOW, "thread", ["q b a d"], {"joined-post": 3, "skipped-low-score": 1}),
        (THREAD[1:], "thread", [], {"skipped-without-first-post": 4}),
        (THREAD[1:], "replies", ["b", "a d c"], {"joined-post": 2}),
        (THREAD[1:], "parent", ["a d", "a c"], {"skipped-without-parent": 2}),
        (THREAD[:1], "thread", ["q"], {}),
        (THREAD[:1], "replies", [], {"skipped-first-post": 1}),
        (THREAD[:1], "parent", [], {"skipped-without-reply": 1}),
        # What replies to a post that is nowhere replies to the first one.
        ([post("q"), post("x", "gone")], "thread", ["q x"], {"joined-post": 1}),
        # Of a post that is there twice the first one counts.
        ([post("q"), post("a", "q", 1), post("a", "q", 5, record=7)], "thread", ["q a"],
         {"joined-post": 1, "skipped-doubled": 1}),
        ([post("q"), post("a", "b"), post("b", "a"), post("c", "c")], "thread", ["q c"],
         {"joined-post": 1, "skipped-circular": 2}),
        ([post("q", skipped="over-18"), post("a", "q")], "replies", [], {"skipped-over-18": 2}),
        ([post("q", skipped="deleted"), post("a", "q")], "thread", [],
         {"skipped-deleted": 1, "skipped-without-first-post": 1}),
        # A removed reply keeps the place of what stands below it.
        ([post("q"), post("a", "q", 9, skipped="removed"), post("b", "q", 5), post("c", "a")],
         "thread", ["q c b"], {"joined-post": 2, "skipped-removed": 1}),
        ([], "thread", [], {}),
    ],
)  # fmt: skip
def test_threads_become_documents(
    posts: list[Post], join: Join, expected: list[str], counts: dict[str, int]
) -> None:
    assert joined(posts, join) == (expected, counts)
    assert joined(posts[::-1], join)[1] == counts


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"), st.sampled_from(["", *"abcdefg"]), st.integers(-1, 2),
            st.sampled_from([None, None, "bot", "over-18"]),
        )
    ),
    st.sampled_from(JOINS[1:]),
)  # fmt: skip
def test_every_post_is_accounted_for(rows: list[Any], join: Join) -> None:
    posts = [
        post(id, parent, score, skipped=skipped, record=number)
        for number, (id, parent, score, skipped) in enumerate(rows)
    ]
    documents, counts = joined(posts, join)
    # A parent may stand in several pairs, and be a document itself.
    assert len(documents) + counts.total() == len(posts)


def test_posts_survive_their_way_through_a_file() -> None:
    one = post("a", "q", 5)._replace(metadata={"title": "你好"}, url="https://a.example")
    assert from_bytes(to_bytes(one)) == one
    assert from_bytes(to_bytes(one._replace(skipped="bot"))).content == ""


def comment(id: str, parent: str, body: str, **more: Any) -> str:
    """A line of a dump of comments."""
    fields = {"id": id, "link_id": "t3_q", "parent_id": parent, "body": body, "score": 1,
              "author": "someone", "subreddit": "trees", "created_utc": 1325376000}  # fmt: skip
    return json.dumps({**fields, **more})


SUBMISSIONS = "\n".join(
    [
        json.dumps({"id": "q", "title": "Oak &amp; elm?", "selftext": "Which is &gt; 30 m?",
                    "score": 12, "over_18": False, "author": "u", "subreddit": "trees",
                    "permalink": "/r/trees/comments/q/oak/", "created_utc": "1325376000"}),
        json.dumps({"id": "z", "title": "Not here", "selftext": "", "over_18": True, "score": 3}),
        '{"id": "y", "title": "cut',
    ]
)  # fmt: skip
COMMENTS = "\n".join(
    [
        comment("a", "t3_q", "Both."),
        comment("b", "t1_a", "Elms died.", score=7),
        comment("c", "t3_q", "[deleted]", author="[deleted]"),
        comment("d", "t3_q", "I am a bot, beep.", author="tree-facts-bot"),
        comment("e", "t1_d", "Good bot."),
        comment("f", "t3_z", "Hidden.", link_id="t3_z"),
        "",
        "[1]",
    ]
)
REDDIT = [("r/RC_2012-01", COMMENTS), ("r/RS_2012-01", SUBMISSIONS)]


def read_reddit(**posts: Any) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The rows of both files as one unit of work."""
    counts: Counter[str] = Counter()
    options = ReadOptions(posts=PostOptions(**posts))
    assert is_joined("reddit", options)
    files = [
        (Piece(path, "reddit", None, 0, None), io.BytesIO(content.encode()))
        for path, content in REDDIT
    ]
    rows = []
    for paths, batch in read_joined(
        files, options, lambda name, times: counts.update({name: times}), io.BytesIO
    ):
        batch.validate(full=True)
        assert len(paths) == batch.num_rows
        rows += [{**row, "file": path} for row, path in zip(batch.to_pylist(), paths, strict=True)]
    lines = sum(len(content.split("\n")) for _, content in REDDIT)
    assert posts["join"] == "parent" or len(rows) + counts.total() == lines
    return rows, dict(counts)


def test_a_thread_over_two_files_is_one_document() -> None:
    rows, counts = read_reddit(join="thread")
    assert counts == {
        "skipped-blank-line": 1, "skipped-deleted": 1, "skipped-bot": 1, "skipped-over-18": 2,
        "joined-post": 3,
    }  # fmt: skip
    assert [row["drop_reason"] for row in rows] == ["read-not-an-object", "read-broken-json", None]
    assert [row["file"] for row in rows] == ["r/RC_2012-01", "r/RS_2012-01", "r/RS_2012-01"]
    document = rows[2]
    assert document["text"] == (
        "Oak & elm?\n\nWhich is > 30 m?\n\nBoth.\n\nElms died.\n\nGood bot."
    )
    assert document["id"] == "t3_q"
    assert document["url"] == "https://www.reddit.com/r/trees/comments/q/oak/"
    assert json.loads(document["metadata"]) == {
        "type": "submission", "subreddit": "trees", "title": "Oak &amp; elm?", "score": 12,
        "created": "2012-01-01T00:00:00Z", "posts": 4,
    }  # fmt: skip
    assert "someone" not in str(rows)


def test_the_other_ways_to_join() -> None:
    texts = {row["id"]: row["text"] for row in read_reddit(join="replies")[0] if row["text"]}
    assert texts == {"t1_a": "Both.\n\nElms died.", "t1_e": "Good bot."}
    texts = {row["id"]: row["text"] for row in read_reddit(join="parent")[0] if row["text"]}
    assert texts == {
        "t1_a": "Oak & elm?\n\nWhich is > 30 m?\n\nBoth.",
        "t1_b": "Both.\n\nElms died.",
    }
    rows, counts = read_reddit(join="thread", min_score=7, over_18=True, bots=True)
    assert [row["text"] for row in rows if row["text"]] == [
        "Oak & elm?\n\nWhich is > 30 m?\n\nElms died."
    ]
    assert counts["skipped-low-score"] == 5


@pytest.mark.parametrize(
    ("author", "is_bot"),
    [("AutoModerator", True), ("RemindMeBot", True), ("haiku_bot_2", True), ("botany_fan", False),
     ("someone", False), ("", False)],
)  # fmt: skip
def test_bots_are_told_by_their_names(read: Any, author: str, is_bot: bool) -> None:
    rows, counts = read(comment("a", "t3_q", "Hello.", author=author).encode(), "reddit")
    assert (rows == [], counts) == ((True, {"skipped-bot": 1}) if is_bot else (False, {}))


def test_posts_by_themselves(read: Any) -> None:
    rows, counts = read(COMMENTS.encode(), "reddit", posts=PostOptions(min_score=1))
    assert [row["id"] for row in rows] == ["t1_a", "t1_b", "t1_e", "t1_f", None]
    assert counts == {"skipped-blank-line": 1, "skipped-deleted": 1, "skipped-bot": 1}
    assert json.loads(rows[1]["metadata"]) == {
        "type": "comment", "subreddit": "trees", "thread": "t3_q", "parent": "t1_a", "score": 7,
        "created": "2012-01-01T00:00:00Z",
    }  # fmt: skip
    for row in rows:
        assert COMMENTS[row["record"] :].startswith(("{", "["))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "a"}', "read-missing-text"),
        ('{"body": "no id"}', "read-missing-text"),
        ('{"id": "a", "body": 7}', "read-missing-text"),
        ('{"id": "a", "title": null}', "read-missing-text"),
        ("{" * 1_200_000, "read-too-large"),
        ('"text"', "read-not-an-object"),
    ],
)
def test_lines_that_are_no_posts(read: Any, line: str, reason: str) -> None:
    rows, _ = read(line.encode(), "reddit")
    assert [row["drop_reason"] for row in rows] == [reason]


QUESTIONS = (
    '<posts><row Id="1" PostTypeId="1" Score="2" Title="Why?" Body="&lt;p&gt;Say.&lt;/p&gt;" />'
    '<row Id="2" PostTypeId="2" ParentId="1" Score="1" Body="&lt;p&gt;So.&lt;/p&gt;" />'
    '<row Id="3" PostTypeId="1" Score="0" Title="How?" Body="&lt;p&gt;Tell.&lt;/p&gt;" />'
    '<row Id="4" PostTypeId="2" ParentId="1" Score="5" Body="&lt;p&gt;Because.&lt;/p&gt;" />'
    '<row Id="5" PostTypeId="2" ParentId="9" Score="5" Body="&lt;p&gt;Lost.&lt;/p&gt;" /></posts>'
)


def test_a_question_and_its_answers_are_one_document() -> None:
    counts: Counter[str] = Counter()
    options = ReadOptions(posts=PostOptions(join="thread"))
    files = [
        (Piece(f"{name}/Posts.xml", "stackexchange", None, 0, None), io.BytesIO(QUESTIONS.encode()))
        for name in ("ai.stackexchange.com", "dba.stackexchange.com")
    ]
    found = read_joined(files, options, lambda n, t: counts.update({n: t}), io.BytesIO)
    rows = [row for _, batch in found for row in batch.to_pylist()]
    # Numbers are those of a site: the same question of two sites is two.
    assert sorted(row["url"] for row in rows) == [
        f"https://{site}.stackexchange.com/q/{number}"
        for site in ("ai", "dba")
        for number in (1, 3)
    ]
    raw = {row["url"]: row["raw"].decode() for row in rows}
    assert raw["https://ai.stackexchange.com/q/1"] == (
        "<h1>Q: Why?</h1>\n<p>Say.</p>\n<p>A:</p>\n<p>Because.</p>\n<p>A:</p>\n<p>So.</p>"
    )
    assert raw["https://ai.stackexchange.com/q/3"] == "<h1>How?</h1>\n<p>Tell.</p>"
    assert counts == {"joined-post": 4, "skipped-without-first-post": 2}
