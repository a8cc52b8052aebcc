"""IP addresses, and the dotted numbers that are versions, sections and names of objects."""

import ipaddress
import re
from collections.abc import Iterator

from corpus_pipeline.scrub.folding import MARK, Folded

_IPV4 = re.compile(r"(?<![0-9A-Za-z])(?:\d{1,3}\.){3}\d{1,3}(?![0-9A-Za-z])(?:/\d{1,2}(?!\d))?")
#: Eight groups, or fewer with ::, perhaps with an IPv4 address at the end and a network or a zone;
#: behind a colon if that follows a word, which is no group of hexadecimal digits.
_IPV6 = re.compile(
    r"(?<![0-9A-Za-z:.])(?:\w*[G-Zg-z_]\w*)?:?"
    r"(?P<address>(?=[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:)(?:::|[0-9A-Fa-f])[0-9A-Fa-f:]{1,38}"
    r"(?:(?<=:)(?:\d{1,3}\.){3}\d{1,3})?(?![0-9A-Za-z:]|\.\d)(?:/\d{1,3}(?!\d))?(?:%[A-Za-z0-9]{1,15})?)"
)

#: IPv6 addresses that are written with `::` and mean a host. Outside them `ab::c` is source code.
_COMPRESSED_IPV6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2000::/3", "fc00::/7", "fe80::/10", "ff00::/8", "::1/128", "::ffff:0:0/96")
)

#: Open name servers: they belong to a service that is known by its address.
_NAME_SERVERS = tuple(
    ipaddress.ip_network(network)
    for network in [
        "1.0.0.1",
        "1.1.1.1",
        "8.8.4.4",
        "8.8.8.8",
        "9.9.9.9",
        "114.114.114.0/23",
        "119.29.29.29",
        "149.112.112.112",
        "180.76.76.76",
        "208.67.220.0/22",
        "223.5.5.5",
        "223.6.6.6",
        "2001:4860:4860::/48",
        "2606:4700:4700::/48",
    ]
)

#: Networks whose addresses say nothing about a person (RFC 6890 and RFC 5737, 3849): this host,
#: private, shared, loopback, link-local, protocol, documentation, benchmarks, multicast, reserved;
#: and what RFC 6890 lists of IPv6: discard, Teredo and 6to4 relays, benchmarks. Name servers, too.
PRIVATE_NETWORKS = _NAME_SERVERS + tuple(
    ipaddress.ip_network(network)
    for network in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/128",
        "::1/128",
        "64:ff9b::/96",
        "100::/64",
        "2001:db8::/32",
        "3fff::/20",
        # Of unique local addresses (RFC 4193) those without a global ID: any other is drawn by
        # chance to be of one site alone, so it tells of whom it is.
        "fc00::/48",
        "fd00::/48",
        "fe80::/10",
        "ff00::/8",
    ]
)

#: What stands before four numbers that are a version, a section or a figure: a word, an operator of
#: comparison (`==`, `>=`, `^`, `~>`, `&&`), a product and a stroke or a dash or an underscore
#: (RFC 9110, 10.1.5: name/1.2.30.4), `group:artifact:`.
_NUMBERING = re.compile(
    r"(?:(?<![a-z])(?:v|ver|versions?|release|rel|rev|revision|build|update|upgrade|firmware|driver|sdk|"
    r"section|sec|clause|chapter|para|paragraph|article|art|rule|figure|fig|table|appendix|annex|item|"
    r"part|step|oid|assembly|package|pkg|tag|since|gem|crate|wheel|java|jdk|jre|kernel|chrome|chromium|"
    r"firefox|safari|edge|opera|webkit|windows|office|android|ios|macos|python|node|php|ruby|mysql|nginx|"
    r"openssl|excel|photoshop|unity|flash)(?:[\s_]?(?:number|no|nr|num))?\.?|§§?|¶|"
    r"版本|版本号|版|第|章|节|節|条|條|款|图|圖|表|バージョン|버전|"
    r"(?<![/:])[a-z0-9+]/|[a-z][_-]|(?:[\w.]+:){2})[\s\"'`:：=<>({\[]*$"
    # An assignment by itself says nothing: address = "93.184.216.34".
    r"|(?:[=!<>~^]=|~>|&&|\|\||[<>^~])\s*[\"']?$",
    re.IGNORECASE,
)
_NUMBERING_CONTEXT = 40

#: What stands after such numbers: a pre-release or build (-rc1, +cuda), a file's end, "or later".
_VERSION_AFTER = re.compile(
    r"[-+](?!\d{1,3}\.)[A-Za-z0-9]|(?-i:\.[a-z]{2,6}(?![A-Za-z]))|_[A-Za-z0-9]"
    r"|\s{0,2}(?:版|及以上|以上|以降|이상|or (?:later|newer|above|higher|greater|earlier)"
    r"|and (?:later|newer|above|higher|up|earlier)|\+(?!\+)|&&|\|\|)",
    re.IGNORECASE,
)

#: Words that say that four small numbers are an address after all.
_HOST_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:ip|ipv4|ipaddr|addr|address|addresses|host|hostname|server|servers|gateway|ping|"
    r"traceroute|ssh|telnet|curl|dns|nameserver|from|client|remote|subnet|netmask|router|connect|"
    r"listen|peer|bind|login|visitor|in a)"
    r"|地址|地址为|服务器|主机|网关|登录|来自|アドレス|サーバ|주소|서버)"
    r"\W{0,4}(?:(?:is|at|of|to|was|为|是)\W{1,2})?$|@$|//$",
    re.IGNORECASE,
)
#: Parts of sections and versions are small as a rule; of random addresses fewer than one in
#: a thousand have four parts below this.
_SMALL = 40
#: Below this they are never taken for an address: 1.2.3.4.
_TINY = 10


def find_addresses(folded: Folded) -> Iterator[tuple[int, int]]:
    """Yields the spans of IPv4 and IPv6 addresses, public or not.

    Four numbers behind a word such as "version" or an operator of comparison are none; four numbers
    below 40 are one only behind a word such as "address"; four single digits never. An address
    that ends in 0 or :: names a network. `ab::cd` is source code unless a network of hosts has it.

    >>> from corpus_pipeline.scrub.folding import fold
    >>> texts = "at 93.184.216.34:80", "opencv==4.5.2.52", "section 12.30.1.14", "2606:4700::6810"
    >>> [list(find_addresses(fold(text))) for text in texts]
    [[(3, 16)], [], [], [(0, 15)]]
    """
    view = folded.view
    if view.count(":") >= 2:
        for match in _IPV6.finditer(view):
            start, end = match.span("address")
            # A full stop of the sentence, a colon before a list.
            text = match.group("address")
            if text.endswith(":") and not text.endswith("::"):
                text, end = text[:-1], end - 1
            if _is_ipv6(text):
                yield start, end
    for match in _IPV4.finditer(view):
        start, end = match.span()
        if _is_ipv4(match.group()) and not _is_numbering(folded, start, end):
            yield start, end


def _is_ipv6(text: str) -> bool:
    try:
        address = ipaddress.ip_interface(text.partition("%")[0]).ip
    except ValueError:
        return False
    if not isinstance(address, ipaddress.IPv6Address):
        return False
    if text.partition("/")[0].endswith("::"):
        return False
    if "::" in text:
        return any(address in network for network in _COMPRESSED_IPV6)
    # Eight bytes with colons are an EUI-64 or a part of a fingerprint.
    return any(len(group) > 2 for group in re.split("[:/%]", text)[:8])


def _is_ipv4(text: str) -> bool:
    parts = text.partition("/")[0].split(".")
    if any((len(part) > 1 and part[0] == "0") or int(part) > 255 for part in parts):
        return False
    return max(map(int, parts)) >= _TINY and parts[3] != "0"


def _is_numbering(folded: Folded, start: int, end: int) -> bool:
    """Says whether a dotted quad is a version, a section, or a part of a longer dotted number."""
    view, plain = folded.view, folded.plain
    before, after = view[max(0, start - 2) : start], view[end : end + 2]
    if before[-1:] == "." or (before[-1:] == "-" and before[:1].isalpha()):
        return True
    if after[:1] == "." and after[1:].isdecimal():
        return True
    words = plain[max(0, start - _NUMBERING_CONTEXT) : start]
    if _VERSION_AFTER.match(plain, end):
        return True
    said = _HOST_BEFORE.search(words) is not None
    if not said and _NUMBERING.search(words):
        return True
    parts = [int(part) for part in view[start:end].partition("/")[0].split(".")]
    return max(parts) < _SMALL and not said


def is_private(text: str) -> bool:
    """Says whether an address, as `find_addresses` finds it in the view, belongs to no person.

    >>> [is_private(a) for a in ("192.168.0.1/24", "::1", "8.8.8.8", "93.184.216.34")]
    [True, True, True, False]
    >>> [is_private(a) for a in ("fd00::1", "fd48:7c02:9a1b::1")]
    [True, False]
    """
    ip = ipaddress.ip_interface(text.partition("%")[0].strip(MARK)).ip
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in PRIVATE_NETWORKS)
