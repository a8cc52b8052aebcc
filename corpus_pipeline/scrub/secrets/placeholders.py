"""What tells the value of a secret from a name, a placeholder and a number.

password = "hunter2"           a value that people choose
password = "<your password>"   a place for one
api_key = "9f86d081884c7d65"   a value that a machine made: its characters change their kind often
api_key = "my-cluster-key-2"   a name: words with a number
"""

import itertools
import re

#: Texts that stand in the place of a secret.
_PLACEHOLDER = re.compile(
    rb"x{4,}|X{4,}|\*{3,}|\.{3}|_{4,}|-{6,}|#{4,}|<[^<>]*>|\$\{|\{\{|\$\(|%\(|%[sd]\b|#\{|"
    rb"\[[A-Za-z _-]+\]|(?i:example|change[-_]?me|change[-_]?this|change[-_]?it|placeholder|"
    rb"replace[-_]?me|replace[-_]?with|redacted|dummy|foobar|"
    rb"insert[-_]|enter[-_]|your[-_ ]|your(?:api|key|token|pass|secret)|my[-_](?:secret|pass|key|"
    rb"token|api)|some[-_](?:secret|key|pass|token)|to[-_]?do\b|not[-_]?set|(?:^|[-_])here$|"
    rb"^fake|^mock|^none|^null|^undefined|^true|^false|^test[-_]?(?:key|token|secret)|"
    rb"^(?:my|the|new|old|user|root|admin|db|test|this|a|top|super)?[-_]?"
    rb"(?:pass(?:word|wd)?|pwd|secret|token|key)[-_]?\d?$|0123456789|abcdefgh)"
)
#: Characters of a value that say what it is.
_SHOWN = 64
#: What manuals write for any password.
_SEQUENCE = re.compile(rb"(?i:a?b?c?d?e?f?0?123?4?5?6?7?8?9?0?)|(?:0?98)?76543210?")
#: Names of variables, environments and members: os.environ[...], $HOME, self.key, config['a'].
_EXPRESSION = re.compile(
    rb"[$@%&!]?[A-Za-z_]\w*+(?:(?:\.|->|::)[A-Za-z_]\w*+(?<!\d\d))++(?:[\[(].*)?|[A-Za-z_][\w.]*[\[(].*|"
    rb"\${1,2}[A-Za-z_][\w(]*|\[.*|%[A-Za-z_]\w*[.%].*|[\w.]+\?[A-Za-z_]\w*+(?<!\d\d)|%[A-Za-z_]\w*%|@[A-Za-z_]\w*|&[A-Za-z_*]\w*|[!-/:-@\[-`{-~]+"
)
_LOCATION = re.compile(
    rb"[A-Za-z][\w+.-]*://|(?:\.{0,2}|~)/[a-z]|[A-Za-z]:\\|data:|www\.|"
    rb"[\w./-]+\.(?:com|org|net|io|html?|js|json|ya?ml|txt|pem|key|py|go|java|md|php|xml|crt|cer)\b"
)
#: A regular expression, a template, code.
_CODE = re.compile(rb"\\[dwsbn]|\[\^|\(\?|\+\)|\*\)|=>|\)\s*\{|\{\d|</|/>|&&|\|\|")
#: Words with a number at most: my-cluster-key-2, TokenType2, sha256, v1beta1, x-www-form.
_SLUG = re.compile(rb"(?:[-_./ :]?(?:[A-Z]?[a-z]++|[A-Z]++))*+(?:[-_./]?v?\d{1,4})?")
_SLUG_OF_WORDS = re.compile(
    rb"(?:[A-Za-z]{2,}+\d{0,3}+|\d{1,4}+)(?:[-_./:](?:[A-Za-z]++\d{0,3}+|\d{1,4}+))++"
)
_HEX_DATE = re.compile(rb"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\d+(?:\.\d+)*[a-z%]{0,2}")
_ADDRESS_OF_CHAIN = re.compile(rb"0x[0-9A-Fa-f]{40}")
_UUID = re.compile(rb"(?i:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})")
_NIL = re.compile(rb"(.)\1{5,}|([0-9A-Za-z]{1,4}?)\2{4,}")


def is_placeholder(value: bytes) -> bool:
    """Says whether a text stands in the place of a secret.

    >>> is_placeholder(b"<your-key>"), is_placeholder(b"AKIAIOSFODNN7EXAMPLE")
    (True, True)
    >>> is_placeholder(b"hunter2")
    False
    """
    return (
        _PLACEHOLDER.search(value, 0, _SHOWN) is not None
        or len(set(value)) < min(3, len(value))
        or _SEQUENCE.fullmatch(value) is not None
    )


def is_made_up(token: bytes, runs: bool = False) -> bool:
    """Says whether a token of a published form is no token: an example, or of few characters.

    Args:
        runs: its form has runs of one character, which say nothing then.

    >>> is_made_up(b"ghp_" + b"x" * 36), is_made_up(b"AKIAIOSFODNN7EXAMPLE")
    (True, True)
    """
    return (
        len(set(token)) < 8
        or (not runs and _NIL.search(token) is not None)
        or re.search(rb"(?i:example|your[-_]|x{5}|placeholder|redacted)", token) is not None
    )


def changes(value: bytes) -> float:
    """How often a character is of another kind (small, capital, digit, sign) than the one before.

    Random letters and digits change at half of their places, words at few.

    >>> round(changes(b"9f86d081884c7d65"), 2), round(changes(b"clusterkey2"), 2)
    (0.53, 0.1)
    """
    kinds = [
        0 if 97 <= byte <= 122 else 1 if 65 <= byte <= 90 else 2 if 48 <= byte <= 57 else 3
        for byte in value[:_SHOWN]
    ]
    pairs = sum(first != second for first, second in itertools.pairwise(kinds))
    return pairs / max(1, len(kinds) - 1)


def is_made(value: bytes) -> bool:
    """Says whether a machine made a value at random: a key, a token.

    >>> is_made(b"9f86d081884c7d65"), is_made(b"wJalrXUtnFEMI/K7MDENG"), is_made(b"c2-key")
    (True, True, False)
    """
    if len(value) < 10 or is_placeholder(value) or b" " in value:
        return False
    if (
        _ADDRESS_OF_CHAIN.fullmatch(value)
        or _LOCATION.match(value)
        or _CODE.search(value, 0, _SHOWN)
    ):
        return False
    varied = changes(value)
    if (varied < 0.4 and _SLUG.fullmatch(value)) or (
        _SLUG_OF_WORDS.fullmatch(value) and not _UUID.fullmatch(value)
    ):
        return False
    if _HEX_DATE.fullmatch(value) or _EXPRESSION.fullmatch(value):
        return False
    digits = sum(48 <= byte <= 57 for byte in value)
    letters = len({byte for byte in value if 65 <= byte <= 90 or 97 <= byte <= 122})
    return letters >= 2 and (
        (varied >= 0.18 and (digits >= 2 or len(value) >= 20))
        # Of small letters and digits, many are random as well.
        or (varied >= 0.1 and len(value) >= 20 and value.isalnum() and digits >= 2)
    )


def is_chosen(value: bytes, quoted: bool) -> bool:
    """Says whether people may have chosen a value as their password.

    Args:
        quoted: it stands in quotes; else code may mean a variable by it.

    >>> is_chosen(b"hunter2", False), is_chosen(b"Passw0rd!", True), is_chosen(b"getPassword", True)
    (True, True, False)
    """
    if not 4 <= len(value) <= 128 or is_placeholder(value) or b" " in value:
        return False
    if _LOCATION.match(value) or _CODE.search(value, 0, _SHOWN):
        return False
    if _EXPRESSION.fullmatch(value):
        return False
    digits = sum(48 <= byte <= 57 for byte in value)
    lower = any(97 <= byte <= 122 for byte in value)
    upper = any(65 <= byte <= 90 for byte in value)
    signs = sum(
        33 <= byte < 48 or 58 <= byte < 65 or 91 <= byte < 97 or byte > 122 for byte in value
    )
    if digits == len(value):
        return digits >= 6
    if not lower and not upper:
        return False
    if digits and not _HEX_DATE.fullmatch(value):
        return True
    strange = sum(byte in b"!@#$%^&*+?~" for byte in value)
    return bool(strange and signs) and (lower or upper) and value[-1:] not in b"?"
