"""What tags and the words of class, id, role and itemprop say about a part of a page.

Both become tables that the kernel of `blocks.py` reads: a number and properties for each tag name,
and one automaton (Aho and Corasick's) that finds all hint words in an attribute in one pass.
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract.automaton import automaton
from corpus_pipeline.extract.steps import hash_name

# Properties of a tag.
BLOCK: Final = 1
"""Begins and ends a block of text."""
SKIP: Final = 2
"""Nothing in it is text."""
RAW: Final = 4
"""What it holds is no markup."""
VOID: Final = 8
"""Has no end tag."""
LIST: Final = 16
CELL: Final = 32
IS_LINK: Final = 64
IS_PRE: Final = 128
IS_CODE: Final = 256
IS_BOLD: Final = 512

_SKIPPED = (
    *("head", "template", "object", "canvas", "audio", "video", "select", "datalist", "button"),
    *("textarea", "map", "svg", "rp", "rt", "applet", "frameset", "progress", "meter"),
)
_RAW = ("script", "style", "iframe", "xmp", "noembed", "noframes", "plaintext", "title")
_VOID = (
    *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input"),
    *("keygen", "link", "meta", "param", "source", "track", "wbr"),
)
_BLOCKS = (
    *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog"),
    *("dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2"),
    *("h3", "h4", "h5", "h6", "header", "hgroup", "html", "legend", "li", "listing", "main"),
    *("menu", "nav", "noscript", "ol", "optgroup", "p", "picture", "pre", "search", "section"),
    *("summary", "table", "caption", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
)
_INLINE = (
    *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font"),
    *("i", "ins", "kbd", "label", "mark", "math", "nobr", "output", "q", "ruby", "s", "samp"),
    *("small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "annotation"),
    *("mjx-container",),
)
TAGS: Final = ("", "-", *sorted({*_SKIPPED, *_RAW, *_VOID, *_BLOCKS, *_INLINE}))
"""Names by number; 0 is any other name, 1 any other name with a hyphen: the page's own elements."""

# Hints: what a word of class, id, role or itemprop says.
NAV: Final = 1 << 0
FOOT: Final = 1 << 1
HEAD: Final = 1 << 2
SIDE: Final = 1 << 3
RELATED: Final = 1 << 4
SHARE: Final = 1 << 5
COMMENT: Final = 1 << 6
COOKIE: Final = 1 << 7
ADVERT: Final = 1 << 8
META: Final = 1 << 9
CAPTION: Final = 1 << 10
CONTENT: Final = 1 << 11
CODE: Final = 1 << 12
UNSEEN: Final = 1 << 13
"""Meant for screen readers or for editors alone: no text."""
MATH: Final = 1 << 14
SUBSCRIBE: Final = 1 << 15
AUTHOR: Final = 1 << 16
BODY: Final = 1 << 17
"""Names the text of an article, which `CONTENT` only suggests."""
NUMBERING: Final = 1 << 18
"""The numbers of lines beside a program."""
NOTES: Final = 1 << 19
"""Notes, which are numbered in the text."""

HINTS: Final = (
    *("nav", "foot", "head", "side", "related", "share", "comment", "cookie", "advert", "meta"),
    *("caption", "content", "code", "unseen", "math", "subscribe", "author", "body"),
    *("numbering", "notes"),
)

#: A hyphen is where a word begins or ends; without one the word may be part of a longer one.
_WORDS: Final[dict[int, str]] = {
    NAV: """-nav- -nav navbar navigation menu breadcrumb -crumb toolbar sitemap pagination -pager
        -paging skiplink -skip- -tabs- -tablist -search- searchform searchbox -catlinks -navbox
        -dropdown megamenu hamburger -index-links quicklinks jump-to -prev-next -noprint-""",
    FOOT: "footer -foot- colophon copyright contentinfo -legal disclaimer -bottom- -imprint",
    HEAD: "masthead siteheader site-header page-header -header- -banner- topbar -top-bar -logo",
    SIDE: """sidebar side-bar -side- -aside -rail- -rail -widget complementary -right-col
        right-column -secondary- -sidecol -col-right""",
    RELATED: """related recommend teaser more-stories more-from read-more readmore promo trending
        popular most-read mostread -most- see-also -seealso- up-next upnext outbrain taboola
        recirc suggest similar -headlines -latest- latest-news -next-post -prev-post
        -post-navigation zergnet revcontent -also- -more- morenews readnext read-next -explore-
        newsfeed -linklist -link-list -card- -cards- crosspromo -further- -carousel""",
    SHARE: """share- -share sharing -social social-  addthis sharedaddy addtoany facebook twitter
        whatsapp pinterest -follow- -like- -likes- reddit linkedin telegram weibo hatena -sns-""",
    COMMENT: "comment disqus -respond- -reply replies discussion livefyre -gbook",
    COOKIE: "cookie consent gdpr -cmp- onetrust ccpa modal popup overlay -dialog -toast",
    ADVERT: "-ad- -ads- advert adsense -dfp- sponsor adslot -mpu- -adv- -adunit leaderboard",
    META: """-date- -dates- timestamp dateline published -meta- -entry-meta -post-meta -tags- -tag-
        -category- -categories- posted -views- -time- -datetime -topics- -keywords- -tag-list
        taglist infoline -kicker -eyebrow -rubric -updated- reading-time readtime""",
    CAPTION: """caption -credit -figure -photo- -image- gallery slideshow slider -thumb
        -media- -video- -player""",
    CONTENT: """-content- -main- -story- -post- -entry- -text- -article- -body- maincontent
        -page-content -mainbody""",
    CODE: "highlight -code- -codehilite -language- -lang- prettyprint -brush- sourcecode -hljs",
    UNSEEN: """visually-hidden visuallyhidden -sr-only- screen-reader screenreader editsection
        headerlink anchor-link -anchorjs -a11y- -offscreen- katex-html mjx-char mathjax-preview
        -hiddenstructure -headeranchor heading-anchor""",
    NUMBERING: "-lineno- -linenos- -line-numbers- -linenumber -linenum- -gutter- -blob-num-",
    NOTES: "-references- reflist footnote endnote -notes- citations",
    MATH: "mwe-math -tex- latex -math-",
    SUBSCRIBE: """newsletter subscribe subscription signup sign-up login log-in -signin sign-in
        register paywall -donate -donation -cta- -call-to-action""",
    AUTHOR: "byline author -bio- -avatar -profile- -contributor -writer-",
    BODY: """article-body articlebody entry-content entrycontent post-content post-body story-body
        article-content articlecontent article-text articletext story-content storytext
        rich-media-content markdown-body -prose- mw-parser-output mw-body-text blog-content
        news-content newstext -post-text- -entry-body -s-prose -instapaper-body post-entry
        article__body js-content article-detail content-detail -body-text- -bodytext- -js-post-body
        -usertext-body -messagetext -postbody- -postcontent -message-body -documentation-""",
}  # fmt: skip

_LETTERS: Final = 27
"""The letters and one sign for all else."""


class Markup(NamedTuple):
    """Tables for the kernel."""

    hashes: NDArray[np.uint64]
    """uint64[T], sorted hashes of the tag names."""
    ids: NDArray[np.uint8]
    """uint8[T], their numbers."""
    properties: NDArray[np.uint16]
    """uint16[number of tags]."""
    moves: NDArray[np.int16]
    """int16[S, 27], the automaton's next state."""
    found: NDArray[np.uint32]
    """uint32[S], hints of all words that end in a state."""


@cache
def markup() -> Markup:
    """Builds the tables, once per process."""
    names = np.array([hash_name(name) for name in TAGS[2:]], np.uint64)
    order = np.argsort(names)
    properties = np.zeros(len(TAGS), np.uint16)
    properties[1] = BLOCK
    groups = (
        (_BLOCKS, BLOCK),
        (_SKIPPED, SKIP),
        (_RAW, RAW | SKIP),
        (_VOID, VOID),
        (("ul", "ol", "dl", "menu", "dir"), LIST),
        (("td", "th"), CELL),
        (("a",), IS_LINK),
        (("pre", "listing"), IS_PRE),
        (("code", "kbd", "samp", "tt"), IS_CODE),
        (("b", "strong"), IS_BOLD),
    )
    for members, value in groups:
        for name in members:
            properties[TAGS.index(name)] |= value
    hints = (
        ([_letter(character) for character in word.replace("__", "-")], hint)
        for hint, words in _WORDS.items()
        for word in words.split()
    )
    moves, found = automaton(hints, _LETTERS)
    return Markup(names[order], (order + 2).astype(np.uint8), properties, moves, found)


def tag(name: str) -> int:
    """The number of a tag.

    >>> TAGS[tag("p")]
    'p'
    """
    return TAGS.index(name)


def _letter(character: str) -> int:
    return ord(character) - 0x60 if "a" <= character <= "z" else 0
