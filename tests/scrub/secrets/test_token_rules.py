"""The table of tokens: its form, and the docs that list it."""

import re
import zlib
from pathlib import Path

import corpus_pipeline.scrub.secrets
from corpus_pipeline.scrub.secrets.anchors import TOKEN, load_automaton, load_literals
from corpus_pipeline.scrub.secrets.finder import _CONTEXT
from corpus_pipeline.scrub.secrets.rules import ALPHABETS, Part, load_rules
from corpus_pipeline.scrub.secrets.tokens import has_checksum

DOCS = Path(__file__).parents[3] / "docs" / "accuracy" / "scrub-secrets.md"
LICENSES = Path(corpus_pipeline.scrub.secrets.__file__).parent / "LICENSES.md"


def test_rules_have_known_alphabets_and_enough_characters() -> None:
    names = [rule.name for rule in load_rules()]
    assert len(set(names)) == len(names)
    for rule in load_rules():
        parts = [part for part in (*rule.body, rule.before, rule.companion) if part is not None]
        for part in parts:
            assert isinstance(part, str) or part.alphabet in ALPHABETS
        before = rule.before.least if isinstance(rule.before, Part) else 0
        # Short prefixes stand in ordinary words; what follows must be long.
        assert rule.least + before >= (30 if len(rule.prefixes[0]) < 4 else 12), rule.name


def test_docs_list_every_token() -> None:
    text = DOCS.read_text("utf-8")
    for rule in load_rules():
        prefixes = ", ".join(f"`{prefix}`" for prefix in rule.prefixes)
        assert f"| {rule.name} | {prefixes} |" in text


def test_rules_name_their_sources() -> None:
    named = set(re.findall(r"^\| `([a-z-]+)` \|", LICENSES.read_text("utf-8"), re.MULTILINE))
    for rule in load_rules():
        assert rule.sources, rule.name
        for source in rule.sources:
            assert source in named or source.startswith("https://"), (rule.name, source)


def test_rules_see_what_stands_before_a_prefix() -> None:
    seen, _ = _CONTEXT[TOKEN]
    for rule in load_rules():
        if rule.before is not None:
            # One character more: it tells where the token begins.
            assert rule.before.most + max(map(len, rule.prefixes)) < seen, rule.name


def test_automaton_finds_every_literal() -> None:
    tables = load_automaton()
    width = len(tables.steps) // len(tables.accepts)
    for number, literal in enumerate(load_literals()):
        state = 0
        for byte in literal.text.encode():
            state = int(tables.steps[state + int(tables.classes[byte])])
        assert state >= tables.first_accepting
        found = int(tables.accepts[state // width])
        while found not in (number, -1):
            found = int(tables.others[found])
        assert found == number, literal.text


def test_checksum_is_of_the_body() -> None:
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    body = "2kF9sLq0Zt7Bv3Xc8Wn5Rm1Yp6Jd4H"
    value, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        value, rest = divmod(value, 62)
        digits = letters[rest] + digits
    assert has_checksum(f"ghp_{body}{digits}")
    assert not has_checksum(f"ghp_{body}000000")
