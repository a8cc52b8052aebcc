"""Posts of forums: which of them are documents, and how a thread becomes one.

    file ─ posts of its reader ─ judged ─┬──────────────────────────► a document each   (join: none)
                                         └ grouped by thread ─ woven ─► joined documents

The same mechanism serves Stack Exchange (a question with its answers) and Reddit (a submission with
its comments). Threads are grouped within a unit of work, so no engine shuffles anything: the plan
puts all files of one folder into one unit.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple, get_args

import orjson

Join = Literal["none", "thread", "replies", "parent"]
JOINS: Final[tuple[Join, ...]] = get_args(Join)


#: What marks a whole thread if its first post is marked.
OVER_18: Final = "over-18"


@dataclasses.dataclass(frozen=True)
class PostOptions:
    """Which posts are documents, and what is joined.

    >>> PostOptions(join="all")
    Traceback (most recent call last):
    ...
    ValueError: join is one of none, thread, replies, parent, got 'all'
    """

    join: Join = "none"
    """`thread`: the first post and all below it; `replies`: each reply to the first post with all
    below; `parent`: each reply behind the post that it replies to."""
    min_score: int | None = None
    """Posts with a lower score, or none, are left out."""
    over_18: bool = False
    """Threads that are marked as unfit for minors are read."""
    bots: bool = False
    """Posts of bots are read."""

    def __post_init__(self) -> None:
        if self.join not in JOINS:
            raise ValueError(f"join is one of {', '.join(JOINS)}, got {self.join!r}")


class Post(NamedTuple):
    """One post, as its reader finds it."""

    record: int
    """Place in its file."""
    id: str
    thread: str
    """Id of the first post of its thread, its own if it is that."""
    parent: str
    """Id of the post that it replies to, empty for a first post."""
    score: int | None
    created: str
    """Time, written so that texts sort as times do."""
    url: str | None
    metadata: dict[str, Any]
    content: str
    """What is read of it, empty if nothing is."""
    rank: int = 0
    """Among replies to one post, lower ones stand first, whatever their score."""
    skipped: str | None = None
    """Why it is no document: what is counted as `skipped-…`; its place in the thread stays."""
    file: int = 0
    """Number of its file in the unit of work."""


class Document(NamedTuple):
    """Posts that make one document."""

    posts: tuple[Post, ...]
    """In their order; the document has the place, id and address of `named`."""
    named: int
    """Which of them."""


#: Called with the end of `skipped-…` or `joined-…` and a number.
Count = Callable[[str, int], None]


def judged(post: Post, options: PostOptions) -> Post:
    """Returns a post with the reason why it is left out, if there is one."""
    low = options.min_score is not None and (post.score is None or post.score < options.min_score)
    return post._replace(skipped="low-score") if post.skipped is None and low else post


def to_bytes(post: Post) -> bytes:
    """Writes a post; of one that is left out without its content."""
    kept = post if post.skipped is None else post._replace(content="", metadata={}, url=None)
    return orjson.dumps(tuple(kept))


def from_bytes(content: bytes) -> Post:
    """Reads what `to_bytes` wrote."""
    return Post(*orjson.loads(content))


def woven(posts: Iterable[Post], join: Join, count: Count) -> Iterator[Document]:
    """Makes documents of the posts of one thread.

    Replies stand behind what they reply to, the best first. Of a reply to a post that is left out
    the place is that of the post; a reply to a post that is nowhere replies to the first one.

    Args:
        posts: of one thread, in any order.
        join: not `none`.
        count: told of every post that is no document by itself: `joined-post` of one that is part
            of a document, `skipped-…` of all others.

    >>> def post(id, parent, score=1): return Post(0, id, "q", parent, score, "", None, {}, id)
    >>> thread = [post("b", "q"), post("q", ""), post("c", "b"), post("d", "q", 5)]
    >>> for join in ("thread", "replies", "parent"):
    ...     print([" ".join(p.id for p in d.posts) for d in woven(thread, join, lambda *_: None)])
    ['q d b c']
    ['d', 'b c']
    ['q d', 'q b', 'b c']
    """
    tree = _Tree(posts)
    reasons = ["doubled"] * len(tree.doubled) + ["circular"] * len(tree.circular)
    reasons += [post.skipped for post in tree.all if post.skipped is not None]
    for reason in reasons:
        count(f"skipped-{reason}", 1)
    if join == "thread":
        yield from _threads(tree, count)
    elif join == "replies":
        yield from _replies(tree, count)
    else:
        yield from _pairs(tree, count)


class _Tree:
    """The posts of a thread, each below the one that it replies to."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self.doubled: list[Post] = []
        found: dict[str, Post] = {}
        for post in sorted(posts, key=lambda each: (each.file, each.record)):
            if post.id in found:
                self.doubled.append(post)
            else:
                found[post.id] = post
        self.head = next((post for post in found.values() if not post.parent), None)
        if self.head is not None and self.head.skipped == OVER_18:
            found = {id: post._replace(skipped=OVER_18) for id, post in found.items()}
            self.head = found[self.head.id]
        self._by_id = found
        top = self.head.id if self.head is not None else ""
        self._below: dict[str, list[Post]] = {}
        for post in found.values():
            if post is not self.head:
                above = post.parent if post.parent in found and post.parent != post.id else top
                self._below.setdefault(above, []).append(post)
        for replies in self._below.values():
            replies.sort(key=lambda each: (each.rank, -(each.score or 0), each.created, each.id))
        self._top = top
        #: In the order of the thread; posts that reply to one another in a circle stand nowhere.
        self.all = ([self.head] if self.head is not None else []) + list(self.below(top))
        placed = {post.id for post in self.all}
        self.circular = [post for post in found.values() if post.id not in placed]

    @property
    def tops(self) -> list[Post]:
        """The replies to the first post."""
        return self._below.get(self._top, [])

    def below(self, id: str) -> Iterator[Post]:
        """Yields all posts below one, each before those below it."""
        waiting = list(reversed(self._below.get(id, [])))
        while waiting:
            post = waiting.pop()
            yield post
            waiting += reversed(self._below.get(post.id, []))

    def parent_of(self, post: Post) -> Post | None:
        """Returns the post that one replies to, if it is there and not left out."""
        found = self._by_id.get(post.parent)
        return found if found is not None and found.skipped is None else None


def _kept(posts: Iterable[Post]) -> tuple[Post, ...]:
    return tuple(post for post in posts if post.skipped is None)


def _threads(tree: _Tree, count: Count) -> Iterator[Document]:
    """Yields the whole thread; without its first post it is none."""
    kept = _kept(tree.all)
    if tree.head is None or tree.head.skipped is not None:
        if kept:
            count("skipped-without-first-post", len(kept))
        return
    yield Document(kept, 0)
    if len(kept) > 1:
        count("joined-post", len(kept) - 1)


def _replies(tree: _Tree, count: Count) -> Iterator[Document]:
    """Yields each reply to the first post with all below it."""
    if tree.head is not None and tree.head.skipped is None:
        count("skipped-first-post", 1)
    for top in tree.tops:
        kept = _kept((top, *tree.below(top.id)))
        if kept:
            yield Document(kept, 0)
            if len(kept) > 1:
                count("joined-post", len(kept) - 1)


def _pairs(tree: _Tree, count: Count) -> Iterator[Document]:
    """Yields each reply behind what it replies to."""
    with_replies = set()
    for post in _kept(tree.all):
        parent = tree.parent_of(post)
        if post is tree.head:
            continue
        if parent is None:
            count("skipped-without-parent", 1)
        else:
            with_replies.add(parent.id)
            yield Document((parent, post), 1)
    if tree.head is not None and tree.head.skipped is None:
        joined = tree.head.id in with_replies
        count("joined-post" if joined else "skipped-without-reply", 1)
