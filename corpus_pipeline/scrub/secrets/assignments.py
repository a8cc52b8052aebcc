"""The value behind a word that names a secret.

    password = "hunter2"        "api_key": "9f86d081884c7d65"      密码：hunter2
    DB_PASS=hunter2             Authorization: Bearer 9f86d081...  <password>hunter2</password>

In code a value without quotes may be a variable, so more is asked of it.
"""

import base64
import binascii
import re

from corpus_pipeline.scrub.secrets.placeholders import changes, is_chosen, is_made, is_placeholder
from corpus_pipeline.scrub.secrets.words import Word

#: What may stand between a word and its value: the end of the name, an operator, a second one
#: behind a type, and the quote that opens the value.
_NAME_END = (
    rb"\d{0,2}(?:\\?[\"'`])?(?:\]|\*\*|__|</\w{1,6}>)?(?:\\?[\"'`])?"
    rb"(?: \([^()\n]{1,24}\))?[ \t]{0,24}"
)
_OPERATOR = (
    rb"(?::[ \t]{0,4}[A-Za-z][\w<>\[\]?]{1,20}[ \t]{0,4}=(?!=)|={1,3}>?|:=|::?|->|\?=|,|\(|\{|>|"
    rb"\|{1,2}|value=|"
    # "for the network is", "was changed to".
    rb"(?<=[ ])for [^\n:=]{1,24} is(?: :|:|(?= ))|"
    rb"(?<=[ ])(?:is |was |has been )?(?:set|changed|reset) to(?= )|"
    rb"(?<=[ ])(?:is|was|are|ist|lautet|est|es|\xc3\xa8|\xc3\xa9)(?:[ ]?:|(?= ))|"
    rb"(?<=[ ])(?:-|\xe2\x80[\x93\x94])(?= )|"
    # Lists of variables: name: DB_PASSWORD, value: hunter2
    rb",?\s{1,24}\\?[\"']?value\\?[\"']?[ \t]{0,4}[:=]|"
    + "：|＝|(?:(?:设(?:置)?|(?:修)?改|重置)(?:为|成)|是|为|為|は|는|은)(?:：|:)?".encode()
    + rb")"
)
_LEAD = re.compile(
    _NAME_END
    + rb"(?P<operator>"
    + _OPERATOR
    + rb")(?:\*\*|__)?[ \t]{0,24}(?:(?:b|r|f|u|@|str|new String)?(?=\\?[\"'`]))?\(?"
    + rb"(?P<quote>\\?[\"'`]|\xe2\x80\x9c|\xe3\x80\x8c|&quot;|<code>|\|)?(?:[ ](?<=\|.))?"
)
#: Behind `--password`, `machine h login u password` and Chinese words a space is enough, and before
#: quotes and what a machine made.
_SPACED = re.compile(rb"(?P<operator>[ \t]{1,4})(?P<quote>[\"'])?")
_OPTION = re.compile(
    rb"(?:--[\w-]{0,30}|login[ \t]\S{1,64}[ \t]{1,4}|"
    rb"\b(?i:with|and|use|using|default|temporary|initial) )$"
)
#: Behind Chinese words not even a space is needed: 初始密码x7Kq92 .
_NOTHING = re.compile(rb"(?P<operator>)(?P<quote>(?!))?(?=[!-~]{6})")
#: The name of a value that the word before it names, too: 密钥 api_key=…, Token token=…
_INNER_NAME = re.compile(
    rb"(?i:[a-z_.-]{0,24}(?:key|token|secret|pass(?:wd|word)?|pwd)[\"']?[=:][ ]?)(?=[^=\s])"
)
_BARE = re.compile(rb"(?:[!-~]|[\xc3-\xd4][\x80-\xbf]){1,200}+")
#: What ends a value without quotes.
_BARE_END = re.compile(rb"[\s\"'`<>;,)\]}|]|&(?=[\w.-]{1,40}=)|&amp;|\\[nrt\"']|(?<=.)\*\*")
_TRAIL = b".,;:)]}"

#: What is behind a name and a space no expression of code.
_PLAIN = re.compile(rb"[0-9A-Za-z+/_.=-]{16,}")
#: Names with digits, as code has them.
_NAME_OF_CODE = re.compile(rb"(?i:[a-z_]*(?:sha|md|utf|base|aes|v|int|str|rsa|des)\d{1,3}\w*)")

#: Names of which the value is no secret: publicKeyToken, next_page_token, max_token.
_NO_SECRET = re.compile(
    rb"(?i:public(?:[-_ ]?key)?|page|next|prev|previous|continuation|continue|cancel(?:l?ation)?|"
    rb"sync|resume|start|end|stop|begin|last|first|max|min|num|byte|lock|cursor|design|pad|mask|"
    rb"special|unknown|forgot|reset|sub|unk|bos|eos|cls|sep|erc20|erc721|collection|"
    rb"access_control_allow|host|known)[-_ .]?$"
)
_SCHEME = re.compile(rb"(?i:(bearer|basic|token|apikey|digest|negotiate)[ ]{1,3})(?=[!-~])")
#: Hashes of contents, and what else is long and no secret.
_HASHED = re.compile(rb"(?i:sha\d{1,3}|md5|checksum|digest|commit|integrity|hash)\W{0,3}$")


def find_value(window: bytes, place: int, word: Word) -> tuple[int, int, float] | None:
    """Finds the secret behind the word that ends at a place; with a score.

    >>> find_value(b'password = "hunter2"', 8, Word("password", True))
    (12, 19, 0.8)
    >>> find_value(b"password = hunter.password2()", 8, Word("password", True))
    >>> find_value(b"Authorization: Bearer mF_9.B5f-4.1JqM", 13, Word("authorization", False))
    (22, 37, 0.8)
    """
    name = place - len(word.text.encode())
    before = window[max(0, name - 24) : name]
    if (not word.chosen and _NO_SECRET.search(before)) or _HASHED.search(before):
        return None
    lead = _LEAD.match(window, place) or _SPACED.match(window, place)
    if lead is None and word.text[0] > "\u2fff":
        lead = _NOTHING.match(window, place)
    if lead is None:
        return None
    start = lead.end()
    scheme = _SCHEME.match(window, start)
    if scheme is not None:
        start = scheme.end()
    inner = _INNER_NAME.match(window, start)
    if inner is not None:
        start = inner.end()
    end, quoted = _value_end(window, start, lead["quote"])
    value = window[start:end]
    if not value or (lead["operator"] in (b",", b"(", b"{", b">") and not _encloses(lead, quoted)):
        return None
    if scheme is not None and scheme.group(1).lower() == b"basic":
        return (start, end, 0.8) if _is_basic(value) else None
    if scheme is not None:
        found = len(value) >= 12 and not is_placeholder(value) and _mixed(value)
        return (start, end, 0.8) if found else None
    if word.text in ("auth", "authorization"):
        return (start, end, 0.8) if quoted and _is_basic(value) else None
    prose = not (lead["operator"].isascii() and word.text.isascii())
    if not quoted and not prose and not _is_value(window, end, value):
        return None
    if not lead["operator"] and (_NAME_OF_CODE.fullmatch(value) or not _mixed(value)):
        return None
    if not lead["operator"].strip(b" \t") and not quoted and not _takes_space(window, name, word):
        return (start, end, 0.6) if is_made(value) and _PLAIN.fullmatch(value) else None
    if is_made(value):
        return start, end, 0.8
    if word.chosen and is_chosen(value, quoted):
        return start, end, 0.8 if quoted else 0.6
    return None


def _takes_space(window: bytes, name: int, word: Word) -> bool:
    """Says whether nothing but a space parts a password from its word: 密码 x, --password x."""
    return (
        word.text[0] > "\u2fff"
        or word.text[-1] == "p"
        or _OPTION.search(window, 0, name) is not None
    )


def _encloses(lead: re.Match[bytes], quoted: bool) -> bool:
    """Says whether an operator that is mostly something else parts a name from its value:
    define("PASSWORD", "x"), setPassword("x"), <password>x</password>."""
    return quoted or lead["operator"] == b">"


def _value_end(window: bytes, start: int, quote: bytes | None) -> tuple[int, bool]:
    """Returns the end of a value, and whether quotes enclose it."""
    if quote is not None and quote != b"|":
        closing = {
            b"\xe2\x80\x9c": b"\xe2\x80\x9d", b"\xe3\x80\x8c": b"\xe3\x80\x8d",
            b"<code>": b"</code>",
        }.get(quote, quote)  # fmt: skip
        end = window.find(closing, start, start + 300)
        if end >= 0 and b"\n" not in window[start:end]:
            return end, True
        return start, False
    bare = _BARE.match(window, start)
    if bare is None:
        return start, False
    stop = _BARE_END.search(window, start, bare.end())
    end = stop.start() if stop else bare.end()
    while end > start and window[end - 1] in _TRAIL:
        end -= 1
    return end, False


def _is_value(window: bytes, end: int, value: bytes) -> bool:
    """Says whether a text without quotes is a value and no expression of code."""
    behind = window[end : end + 2]
    if behind[:1] in b"([{" and behind[:1]:
        return False
    if re.search(rb"\w\(", value):
        return False
    if changes(value) >= 0.35:
        return True
    if re.fullmatch(rb"[A-Za-z_]+\d?", value):
        return False
    # A statement's or an argument's end: code, where a name may have digits.
    return not (behind[:1] in (b";", b")", b",") and _NAME_OF_CODE.fullmatch(value))


def _is_basic(value: bytes) -> bool:
    """Says whether a value is `user:password` in base 64.

    >>> _is_basic(b"bGk6cGE1NQ=="), _is_basic(b"authorization")
    (True, False)
    """
    if len(value) < 8 or len(value) % 4:
        return False
    try:
        user, colon, password = base64.b64decode(value, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return bool(colon and password) and (user + password).isascii() and password.strip().isascii()


def _mixed(value: bytes) -> bool:
    """Says whether a value has letters and digits, or capitals and small letters."""
    text = value.decode("utf-8", "ignore")
    return (
        any(c.isdigit() for c in text)
        + any(c.islower() for c in text)
        + any(c.isupper() for c in text)
        >= 2
    )
