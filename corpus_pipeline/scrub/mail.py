"""Mail addresses, and what only looks like one.

* `li.wei@example.cn` is found; `_li@example.com_` without the marks of emphasis,
  `li@example.comTel:138...` up to the top-level domain; `li [at] example [dot] com` too.
* `git@example.com:a/b` is not: an account that everybody uses; `ssh://li@example.com/`: a part of a
  URL; `<2019...@example.com>` after Message-ID: names a message; `w@x.to(device)`: code.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from corpus_pipeline.scrub.folding import Folded

#: What may stand before an @. Characters that delimit in URLs, code and Markdown are left out
#: (/ = ? ` { | }), although RFC 5322 allows them.
_LOCAL_BACKWARDS = re.compile(r"[\w.!#$%&'*+^~\-]+")
_MAX_LOCAL = 64
_LABEL = r"[^\W_]+(?:-+[^\W_]+)*"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
#: Marks of emphasis, escapes and punctuation before the first letter of the local part.
_BEFORE_LOCAL = re.compile(r"(?:.*(?:\*\*|__|~~|\.\.))?(?:[^\w%]|_|%[0-9A-Fa-f]{2}|%)*", re.DOTALL)

#: What may be glued to a top-level domain: a capital or a digit after small letters, a dash, the
#: words that follow an address in lists.
_GLUED = re.compile(
    r"([a-z]{2,}(?=[A-Z0-9])|[A-Za-z]{2,}(?=-)"
    r"|(?:com|net|org|edu|gov|cn)(?=(?:tel|phone|mobile|fax|mail|qq|wechat|http|www)))"
)

_SPOKEN = re.compile(
    rf"(?<![\w.+\-])(\w[\w.+\-]{{0,63}}(?: ?[\[({{] ?(?:dot|\.) ?[\])}}] ?[\w.+\-]{{1,40}}){{0,4}})"
    rf" {{0,2}}[\[({{] ?(?:at|@) ?[\])}}] {{0,2}}"
    rf"({_LABEL}(?:(?:\.| ?[\[({{] ?(?:dot|\.) ?[\])}}] ?| dot ){_LABEL})+)",
    re.IGNORECASE,
)
_SPOKEN_AT = re.compile(r"[\[({] ?(?:at|@) ?[\])}]", re.IGNORECASE)
_SPOKEN_DOT = re.compile(r" ?[\[({] ?(?:dot|\.) ?[\])}] ?| dot ", re.IGNORECASE)

#: Accounts of version control that everybody uses.
_SHARED_ACCOUNTS = frozenset({"git", "hg", "svn", "gitlab", "gitea"})

#: `user@host:path`, `user@host:22/`, and the prompt of a shell.
_REMOTE_PATH = re.compile(r":(?:[~/]|\.{1,2}/|[\w.\-]+/|[\w.\-]+\.git(?!\w))| [~/]\S*\][#$]")
_URL_BEFORE = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://([^\s/@<>\"'()\[\]]*)$")
_URL_AFTER = re.compile(r"[:/]\w")
_MESSAGE_ID_BEFORE = re.compile(
    r"(?:message-id|in-reply-to|references|content-id|\bmsg-?id|\bcid|\bmid|\bnews)[\"'\s:=]{0,4}"
    r"(?:<[^<>\s]{1,100}>,?\s*){0,4}<?$",
    re.IGNORECASE,
)
#: The time at the start of a message's name, or a long hexadecimal name.
_MADE_NAME = re.compile(r"(?:19|20)\d{10,12}\.\S+|[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12,}")
_RETINA = re.compile(r"[1-9](?:\.\d)?x\.")

#: Top-level domains that are more often the end of a file's name; with a mail address before them
#: only when a word says so.
_FILE_DOMAINS = frozenset({"java", "py", "sh", "so", "ps", "mm", "zip", "mov"})
#: The same after a name in capitals and small letters: user@Main.rs.
_CODE_DOMAINS = frozenset(
    {"rs", "pl", "cc", "md", "ml", "st", "name", "map", "call", "run", "data"}
)
#: Top-level domains that stand before a bracket in text too; all others are a method: x@y.to(z).
_NO_METHODS = re.compile(
    "com|org|net|edu|gov|mil|info|biz|cn|jp|de|uk|fr|ru|br|ca|au|us|nl|es|ch|se|no|dk|fi|pl|cz|hu|kr|"
    "tw|hk|sg|nz|za|mx|ar|cl|pt|gr|tr|ua|ir|il|ie|eu|sk|lt|lv|bg|ro|hr|si|ee|vn|th|my|ph"
)
_CALL = re.compile(r"\([\w\"')]|\[[\w\"':]")
_MAIL_BEFORE = re.compile(
    r"mail\S{0,3}[\s:：]{0,3}<?$|<$|(?:邮箱|郵箱|邮件|信箱|メール|메일)\W*$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"[A-Z][a-z]+[A-Za-z]*\.")

_BEFORE, _AFTER = 160, 24


class MailRules:
    """Finds mail addresses; holds what is known of domains."""

    def __init__(self, suffix_of: Callable[[str], str]) -> None:
        """Takes the function that names the public suffix of a domain, empty if it has none."""

        @lru_cache(maxsize=1 << 16)
        def has_suffix(domain: str) -> bool:
            suffix = suffix_of(domain)
            return bool(suffix) and suffix != domain

        self._has_suffix = has_suffix

    def is_domain(self, domain: str) -> bool:
        """Says whether all of a domain is one, and no file's name nor code.

        >>> rules = MailRules(lambda domain: domain.rpartition(".")[2])
        >>> rules.is_domain("example.org"), rules.is_domain("Main.rs"), rules.is_domain("a.py")
        (True, False, False)
        """
        labels = domain.lower().split(".")
        short = len(labels) == 2 and labels[-1] in _FILE_DOMAINS | _CODE_DOMAINS
        return not short and self._has_suffix(domain.lower())

    def find(self, folded: Folded) -> Iterator[tuple[int, int]]:
        """Yields the spans of the mail addresses in a window."""
        view = folded.view
        at = view.find("@")
        while at >= 0:
            span = self._around(folded, at)
            if span is not None:
                yield span
            at = view.find("@", at + 1)
        if _SPOKEN_AT.search(view):
            for match in _SPOKEN.finditer(view):
                domain = _SPOKEN_DOT.sub(".", match.group(2))
                if self._length(domain) == len(domain):
                    yield match.span()

    def _around(self, folded: Folded, at: int) -> tuple[int, int] | None:
        view, plain = folded.view, folded.plain
        backwards = _LOCAL_BACKWARDS.match(view[max(0, at - _MAX_LOCAL - 32) : at][::-1])
        domain = _DOMAIN.match(view, at + 1)
        if backwards is None or domain is None or view[at - 1] == ".":
            return None
        local = backwards.group()[::-1]
        start = at - len(local)
        if view[start - 1 : start] == "\\" and local[:1] in "nrt":
            start += 1
        skipped = _BEFORE_LOCAL.match(view[start:at])
        start += skipped.end() if skipped else 0
        length = self._length(domain.group())
        end = at + 1 + length
        if start >= at or at - start > _MAX_LOCAL or not length:
            return None
        before = plain[max(0, start - _BEFORE) : start]
        if _is_no_mail(view[start:at], view[at + 1 : end], before, plain[end : end + _AFTER]):
            return None
        return start, end

    def _length(self, domain: str) -> int:
        """How much of a domain, from its start, is one: up to a public suffix.

        Returns:
            0 if there is none.
        """
        length = len(domain)
        while "." in domain:
            name = domain[:length]
            if self._has_suffix(name.lower()):
                return length
            dot = name.rfind(".")
            glued = _GLUED.match(name, dot + 1)
            if glued and self._has_suffix(name[: glued.end()].lower()):
                return glued.end()
            # A sentence that begins without a space: li@example.com.Please
            if dot < 0 or not name[dot + 1].isupper():
                return 0
            length = dot
        return 0


def _is_no_mail(local: str, domain: str, before: str, after: str) -> bool:
    """Says whether what has the form of an address is something else."""
    if local.lower() in _SHARED_ACCOUNTS or _REMOTE_PATH.match(after):
        return True
    url = _URL_BEFORE.search(before) if "://" in before else None
    if url is not None:
        scheme, name = url.groups()
        if scheme.lower() not in ("http", "https") or ":" in name or _URL_AFTER.match(after):
            return True
    if _MADE_NAME.match(local) or _RETINA.match(domain):
        return True
    if before[-1:] in ("<", ":", " ", "=", '"') and _MESSAGE_ID_BEFORE.search(before):
        return True
    labels = domain.lower().split(".")
    top = labels[-1]
    if _CALL.match(after) and not _NO_METHODS.fullmatch(top):
        return True
    if len(labels) > 2 or not (
        top in _FILE_DOMAINS or (top in _CODE_DOMAINS and _CAMEL.match(domain))
    ):  # fmt: skip
        return False
    return _MAIL_BEFORE.search(before) is None
