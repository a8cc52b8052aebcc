"""Lists of domains and addresses as they are published: UT1 folders, plain lists, hosts files.

A million lines are read by kernels over columns; only lines that are neither a domain nor an
address go through Python one by one (hosts files, wildcards, domains in other scripts).
"""

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError, printable
from corpus_pipeline.filters.url.normalise import Urls, ascii_host, normalise_urls
from corpus_pipeline.filters.url.tables import Table, build_table, find_addresses, find_domains

#: Files of a category in the layout of UT1 (Université Toulouse Capitole).
_CATEGORY_FILES = ("domains", "domains.gz", "urls", "urls.gz")
_LIST_ENDINGS = (".txt", ".txt.gz")
_GZIP = b"\x1f\x8b"
#: One line in so many may be no entry; published lists have slips.
_UNREAD = 100

_DOMAIN = r"^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+$"
_HOSTS_LINE = re.compile(r"(?:0|127)\.0\.0\.[01]|::1?|fe80::1%lo0|255\.255\.255\.255")
_ADBLOCK = re.compile(r"\|\|([^/^$*|]+)\^(?:\$[\w,~=-]+)?")
#: Names in every hosts file that are of the machine itself.
_OWN_NAMES = frozenset(
    ("localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost",
     "ip6-loopback", "0.0.0.0")
)  # fmt: skip


class UrlLists(NamedTuple):
    """Listed domains and addresses, ready to be looked up."""

    domains: Table
    addresses: Table
    domain_categories: NDArray[np.int32]
    """int32[K], number in `categories` of each domain."""
    address_categories: NDArray[np.int32]
    categories: tuple[str, ...]

    def domain(self, number: int) -> tuple[str, str]:
        """Returns a domain and its category."""
        return self.domains.entry(number), self.categories[self.domain_categories[number]]

    def address(self, number: int) -> tuple[str, str]:
        """Returns an address and its category."""
        return self.addresses.entry(number), self.categories[self.address_categories[number]]

    def find(self, urls: Urls) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Returns the listed domain and the listed address of N rows, int64[N]; -1: none."""
        hosts, ends = urls.hosts, urls.offsets[1:].astype(np.int64)
        inside = hosts.copy()
        inside[:, 0] = without_www(urls)
        return (
            find_domains(urls.data, hosts, self.domains),
            find_addresses(urls.data, ends, inside, self.addresses),
        )


def without_www(urls: Urls) -> NDArray[np.int64]:
    """Returns where each host begins, behind a leading `www.`; int64[N]."""
    begins = urls.hosts[:, 0]
    long = np.flatnonzero(urls.hosts[:, 1] - begins > 4)
    www = np.ones(len(long), np.bool_)
    for position, byte in enumerate(b"www."):
        www &= urls.data[begins[long] + position] == byte
    result = begins.copy()
    result[long[www]] += 4
    return result


def is_path(item: str) -> bool:
    """Says whether an item of an option is a file or folder; without a slash it is a domain.

    >>> is_path("lists/adult"), is_path("./bad.txt"), is_path("example.com")
    (True, True, False)
    """
    return "/" in item or "\\" in item


def load_url_lists(items: Sequence[str], key: str) -> UrlLists:
    """Loads lists and builds their tables.

    Args:
        items: domains, and files or folders with them: see `is_path`.
        key: of the configuration, for errors.

    Raises:
        ResourceError: a file cannot be read, has no list, or a line is none of a list; one line
            with the place.

    >>> lists = load_url_lists(["example.com", "例子.cn"], "url.block_domains")
    >>> lists.find(normalise_urls(pa.array(["http://a.example.com/", "http://a.cn"])))[0].tolist()
    [0, -1]
    """
    domains: list[pa.Array] = []
    addresses: list[pa.Array] = []
    domain_numbers: list[NDArray[np.int32]] = []
    address_numbers: list[NDArray[np.int32]] = []
    categories: dict[str, int] = {}
    # What stands in the configuration itself is of a list that is named after its key.
    parts = [(key.rpartition(".")[2], _inline([item for item in items if not is_path(item)], key))]
    for item in filter(is_path, items):
        parts += [(name, _read(file, key)) for name, file in list_files(item, key)]
    for name, (found, paths) in parts:
        number = categories.setdefault(name, len(categories))
        domains.append(found)
        addresses.append(paths)
        domain_numbers.append(np.full(len(found), number, np.int32))
        address_numbers.append(np.full(len(paths), number, np.int32))
    return UrlLists(
        build_table(pa.concat_arrays(domains), backwards=True),
        build_table(pa.concat_arrays(addresses)),
        np.concatenate(domain_numbers),
        np.concatenate(address_numbers),
        tuple(categories),
    )


def list_files(item: str, key: str) -> Iterator[tuple[str, Path]]:
    """Yields the lists of a file or folder: (category, file).

    A folder with a file `domains` or `urls` is a category, named after itself; of any other the
    subfolders that are one count, and the files `NAME.txt`, each a category NAME.

    Raises:
        ResourceError: there is none.
    """
    path = Path(item)
    if path.is_file():
        yield _stem(path), path
        return
    found = list(_category(path))
    if not found and path.is_dir():
        for child in sorted(path.iterdir()):
            if child.is_file() and child.name.endswith(_LIST_ENDINGS):
                found.append((_stem(child), child))
            elif child.is_dir():
                found += _category(child)
    if not found:
        raise ResourceError(
            f"{key}: {item}: no list found; name a file, a folder with a file `domains` or `urls`, "
            "or a folder of such folders or of .txt files"
        )
    yield from found


def _category(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in _CATEGORY_FILES:
        if (folder / name).is_file():
            yield folder.resolve().name, folder / name


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".txt")


def read_lines(path: Path, key: str, comment: str = r"(^|\s)#.*$") -> pa.Array:
    """Reads the lines of a text file, gzip or not, without white space around them and comments.

    Args:
        path: of the file.
        key: of the configuration, for errors.
        comment: regular expression of what is left out of a line.

    Returns:
        string[L], a line each, empty ones included.

    Raises:
        ResourceError: it cannot be read, or is not UTF-8.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data.startswith(_GZIP) else data).decode("utf-8-sig")
    except OSError as error:
        raise ResourceError(f"{key}: {path}: cannot be read ({error.strerror or error})") from None
    except (EOFError, zlib.error):
        raise ResourceError(f"{key}: {path}: the gzip data are damaged; get it again") from None
    except UnicodeDecodeError as error:
        line = bytes(error.object)[: error.start].count(b"\n") + 1
        raise ResourceError(f"{key}: {path} line {line}: not UTF-8; convert it") from None
    whole = pa.array([text], pa.large_string())
    lines = pc.cast(pc.list_flatten(pc.split_pattern(whole, "\n")), pa.string())
    lines = pc.utf8_trim_whitespace(lines)
    if "#" in text:
        lines = pc.utf8_trim_whitespace(pc.replace_substring_regex(lines, comment, ""))
    return lines


def _read(path: Path, key: str) -> tuple[pa.Array, pa.Array]:
    """Returns the domains and the addresses of a file."""
    lines = read_lines(path, key)
    # What adblock lists have for comments and a heading.
    unread = pc.or_(pc.starts_with(lines, "!"), pc.starts_with(lines, "["))
    lines = pc.if_else(unread, "", lines)
    return _entries(lines, f"{key}: {path} line", _UNREAD)


def _inline(items: list[str], key: str) -> tuple[pa.Array, pa.Array]:
    return _entries(pa.array(items, pa.string()), f"{key}: item", 0)


def _entries(lines: pa.Array, where: str, unread: int) -> tuple[pa.Array, pa.Array]:
    """Sorts lines into domains and addresses, both in their one form."""
    bare = pc.utf8_trim(lines, ".")
    plain = pc.and_(pc.match_substring_regex(bare, _DOMAIN), pc.string_is_ascii(bare))
    address = pc.and_(
        pc.match_substring(lines, "/"), pc.invert(pc.match_substring_regex(lines, r"[\s^|*]"))
    )
    rest = pc.invert(pc.or_(plain, pc.or_(address, pc.equal(lines, ""))))
    domains, faults = [pc.ascii_lower(bare.filter(plain))], []
    known, numbers = [], np.flatnonzero(rest.to_numpy(zero_copy_only=False)).tolist()
    for number, line in zip(numbers, lines.filter(rest).to_pylist(), strict=True):
        found = _domains_of(line)
        known += found or []
        if found is None:
            faults.append((number + 1, line))
    domains.append(pa.array(known, pa.string()))
    urls = normalise_urls(lines.filter(address))
    for number in np.flatnonzero(~urls.valid).tolist():
        line = lines.filter(address)[number].as_py()
        faults.append((pc.index(lines, line).as_py() + 1, line))
    if len(faults) * unread > len(lines) or (faults and not unread):
        number, line = min(faults)
        raise ResourceError(
            f"{where} {number}: `{printable(line[:60])}` is no domain, address or line of a hosts "
            "file; correct it, or write # before it"
        )
    more, paths = _addresses(urls)
    return pa.concat_arrays([*domains, more]), paths


def _domains_of(line: str) -> list[str] | None:
    """Reads a line that is no plain domain; None where it is nothing of a list."""
    if match := _ADBLOCK.fullmatch(line):
        names = [match[1]]
    else:
        first, *names = line.split()
        if not names:
            names = [first]
        elif _HOSTS_LINE.fullmatch(first):
            names = [name for name in names if name not in _OWN_NAMES]
        else:
            return None
    found = []
    for name in names:
        # `.xxx` and `*.xxx` are whole top-level domains; a bare word is none.
        inner = name.removeprefix("*").strip(".")
        host = ascii_host(inner.encode()) if "%" not in inner else None
        if host is None or (name == inner and "." not in inner):
            return None
        found.append(host.decode().lower())
    return found


def _addresses(urls: Urls) -> tuple[pa.Array, pa.Array]:
    """Returns (domains: addresses that are a host alone; the others, from the host on)."""
    begins = without_www(urls)
    bodies, hosts = [], []
    data = urls.data.tobytes()
    for row in np.flatnonzero(urls.valid).tolist():
        end = int(urls.offsets[row + 1])
        body = data[begins[row] : end].rstrip(b"/")
        if begins[row] + len(body) <= urls.hosts[row, 1]:
            hosts.append(data[urls.hosts[row, 0] : urls.hosts[row, 1]].decode())
        else:
            bodies.append(body.decode())
    return pa.array(hosts, pa.string()), pa.array(bodies, pa.string())
