"""Text of wikitext: marks, templates, links, tables, tags, variants; in linear time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.extract.wikitext.names import WikiNames
from corpus_pipeline.extract.wikitext.scanner import wikitext_text

NAMES = WikiNames.of("de", file="Ablage", category="Schublade")
CHINESE = WikiNames.of("zh")


@pytest.mark.parametrize(
    ("wikitext", "expected"),
    [
        ("", ""),
        ("one\ntwo\n\nthree", "one two\n\nthree"),
        ("今天\n天气", "今天天气"),
        ("''a'' '''b''' '''''c''''' ''''d'''", "a b c 'd"),
        ("a&nbsp;b &amp;lt; &lt;ref&gt; &#x4E2D; &#1;", "a b &lt; <ref> 中"),
        ("a<!-- b -->c\n<!-- d -->\ne", "ac e"),
        ("a<!-- b", "a"),
        ("a __NOTOC__ b __无目录__ __init__", "a b __init__"),
        ("----\na", "a"),
        (" code\n more\ntext", "code\nmore\n\ntext"),
        ("a<br>b<br />c", "a\nb\nc"),
        ("<poem>one\ntwo [[x|y]]</poem>\nthree\nfour", "one\ntwo y\n\nthree four"),
        ("<small>a</small><sup>2</sup><stdio.h> a < b > c", "a2<stdio.h> a < b > c"),
        ("<div class=x>\na\n</div>b", "a\n\nb"),
        ("\x01\x020\x03a", "0a"),
    ],
)
def test_marks(wikitext: str, expected: str) -> None:
    assert wikitext_text(wikitext, NAMES) == expected


@pytest.mark.parametrize(
    ("wikitext", "expected"),
    [
        ("a {{cite|x={{y|z}}}} b", "a b"),
        ("{{Infobox\n| a = b\n| c = {{d}}\n|}}text", "text"),
        ("a ({{IPA|x}}; {{IPA|y}}), b", "a, b"),
        ("a ({{IPA|x}}; born 1911) b", "a (born 1911) b"),
        ("a {{x}}, b{{y}}.", "a, b."),
        ("* {{cite|x}}, vol. 3\n* {{cite|y}}", "- vol. 3"),
        ("{{lang|fr|chat}} {{lang-fr|chien}} {{transl|ar|ALA|al}}", "chat chien al"),
        ("{{Nowrap|1=a}} {{nowrap|a [[b|c|d]]}} {{nowrap}}", "a a c|d"),
        ("{{convert|5|km|mi|abbr=on}} {{formatnum:1234}}", "5 km 1234"),
        ("{{PAGENAME}}{{!}}{{=}}", "Eiche|="),
        ("{{{1|a}}} {{{2}}} b", "a b"),
        ("{{{{{1|lang}}}|fr|chat}}", "chat"),
        ("{{{{x}}}} {{{{x}}}", "{} {"),
        ("a {{b", "a {{b"),
        ("a }} b ]] c", "a }} b ]] c"),
        ("{{a|[[b}} c", "c"),
        ("[[a|{{b]] c", "{{b c"),
        ("{{a|<nowiki>}}</nowiki>}}b", "b"),
    ],
)
def test_templates(wikitext: str, expected: str) -> None:
    assert wikitext_text(wikitext, NAMES, "Eiche") == expected


@pytest.mark.parametrize(
    ("wikitext", "expected"),
    [
        ("[[town]]s [[a|small town]] [[:Category:B]] [[#c|d]]", "towns small town Category:B d"),
        ("[[File:a.jpg|thumb|An [[oak]] [http://b c]]]d", "d"),
        ("[[Ablage:a.jpg]][[ABLAGE: b.jpg|x]][[Image:c]]d", "d"),
        ("[[Schublade:B|sort]][[category:C]]d", "d"),
        ("[[fr:Chêne]][[zh-min-nan:X]][[w:Oak|oak]]", "oak"),
        ("[[2001: A Space Odyssey]]", "2001: A Space Odyssey"),
        ("[http://a.b c [[d]]] [http://a.b] [//a.b e]", "c d e"),
        ("[http://a.b c\nd] [1] [[", "[http://a.b c d] [1] [["),
        ("see http://a.b/c", "see http://a.b/c"),
    ],
)
def test_links(wikitext: str, expected: str) -> None:
    assert wikitext_text(wikitext, NAMES) == expected


@pytest.mark.parametrize(
    ("wikitext", "expected"),
    [
        ("a<ref>b</ref>c<ref name=d />e<REF group=x>{{f}}</ref >g", "aceg"),
        ("a <ref>b</ref>, c", "a, c"),
        ("a<ref>b", "ab"),
        ("<gallery>\nFile:a.jpg|b\n</gallery>c", "c"),
        ("<math>\\frac{a}{b}</math> <math display=\"block\">x|y</math>", "$\\frac{a}{b}$ $$x|y$$"),
        ("<nowiki>[[a]] ''b''</nowiki>", "[[a]] ''b''"),
        ("a <code>x[[b|c]]</code>", "a xc"),
        ("a <syntaxhighlight lang=c inline>x|y</syntaxhighlight>", "a x|y"),
        ("<source lang=py>\n# a\n  b = '''c'''\n</source>d", "```\n# a\n  b = '''c'''\n```\n\nd"),
        ("<pre>a ``` b</pre>", "````\na ``` b\n````"),
        ("<includeonly>a</includeonly><noinclude>b</noinclude>", "b"),
    ],
)  # fmt: skip
def test_tags(wikitext: str, expected: str) -> None:
    assert wikitext_text(wikitext, NAMES) == expected


@pytest.mark.parametrize(
    ("wikitext", "expected"),
    [
        ("* a\n* b\n** c\n# d\n# e\n## f\n# g", "- a\n- b\n  - c\n1. d\n2. e\n  1. f\n3. g"),
        ("; term\n: meaning\n:: note", "term\nmeaning\nnote"),
        ("*\n* {{a}}\nb", "b"),
        ("# a\n\n# b", "1. a\n\n1. b"),
        ("== A ==\nb\n=== C ===\n=== D ===\ne", "A\n\nb\n\nD\n\ne"),
        ("== A ==\n=== B ===\nc\n== D ==\n{{reflist}}", "A\n\nB\n\nc"),
        ("== A == <!-- x -->\nb", "A\n\nb"),
        ("a\n==\nb = c =", "a == b = c ="),
    ],
)
def test_lists_and_headings(wikitext: str, expected: str) -> None:
    found = wikitext_text(wikitext, NAMES)
    # Two lists in a row are two lists or one, which is no matter.
    assert re.sub(r"\n\n(1\. b)", r"\n\n\1", found) == expected.replace("1. a\n\n", "1. a\n")


@pytest.mark.parametrize(
    ("wikitext", "expected"),
    [
        ("{| class=x\n! a !! b\n|-\n| c || d\n|}", "| a | b |\n| c | d |"),
        ("{|\n|+ t\n! scope=row | a\n| style=x | [[b|c]]\n|- id=1\n|d\n|e|f\n|}g",
         "| t | a | c |\n| d | f |\n\ng"),
        ("{|\n| a\n* b\n* c || d\n|-\n| x{{!}}y || \n|}", "| a b c | d |\n| x\\|y | |"),
        ("{| class=\"infobox\"\n| a || b\n|-\n| c || d\n|}e", "e"),
        ("{|\n| " + "word " * 200 + "|| b\n|-\n| c || d\n|}",
         ("word " * 200).strip() + "\n\nb\n\nc\n\nd"),
        ("{|\n| a\n{|\n| b || c\n|-\n| d || e\n|}\n|}", "a\n\n| b | c |\n| d | e |"),
        ("{|\n| a || b\n|-\n| c || d", "| a | b |\n| c | d |"),
        ("{|\n| a || {{x\n| y\n|}}z\n|-\n| c || d\n|}", "| a | z |\n| c | d |"),
        ("{{x|\n{|\n| a\n|}}}b", "b"),
        ("{|\n| a\n|-\n| b\n|}", "a\n\nb"),
        ("a || b ! c !! d | e", "a || b ! c !! d | e"),
        ("a\n| b\n! c\n|}\n|-\nd", "a | b ! c |} |- d"),
    ],
)  # fmt: skip
def test_tables(wikitext: str, expected: str) -> None:
    assert wikitext_text(wikitext, NAMES) == expected


@pytest.mark.parametrize(
    ("wikitext", "expected"),
    [
        ("-{zh-hans:计算机;zh-hant:電腦}-", "计算机"),
        ("-{zh-hant:電腦;zh-hans:计算机;}-", "计算机"),
        ("-{zh-tw:計程車; zh-hk:的士; zh-cn:出租车;}-来了", "出租车来了"),
        ("-{zh-hk:的士;zh-tw:計程車}-", "計程車"),
        ("-{乾}-隆 -{R|乾}-", "乾隆 乾"),
        ("-{H|zh-cn:a;zh-tw:b}--{T|zh-cn:c}--{-|zh-cn:d}-e", "e"),
        ("-{A|zh-cn:a;zh-tw:b}- -{zh-hans;zh-hant|乾}-", "a 乾"),
        ("-{zh-cn:[[a|b]]&nbsp;c;zh-tw:d}-", "b c"),
        ("-{H|程序=>zh-cn:程序;程序=>zh-tw:程式}-a", "a"),
        ("-{{{lang|zh|中}}}- -{{lang|zh|中}}", "中 -中"),
        ("-{a", "-{a"),
        ("-{a|b}-", "a|b"),
    ],
)
def test_variants(wikitext: str, expected: str) -> None:
    assert wikitext_text(wikitext, CHINESE) == expected


def test_no_variants_where_a_wiki_has_none() -> None:
    assert wikitext_text("x-{zh-cn:a}- -{{{1|b}}}", NAMES) == "x-{zh-cn:a}- -b"


PARTS = st.sampled_from(
    ["{{", "}}", "{{{", "}}}", "[[", "]]", "[http://a ", "]", "{|\n", "\n|}", "\n|-\n", "\n|", "||",
     "\n!", "!!", "|", "-{", "}-", "<ref>", "</ref>", "<nowiki>", "</nowiki>", "<!--", "-->", "'''",
     "\n", "\n* ", "== a ==", " ", "a", "lang|", "zh-cn:", ";", "&amp;", "(", ")", "<br>", "<poem>",
     "\x01", "\x02", "0", "<pre>", "</pre>", "File:"],
)  # fmt: skip


@given(st.lists(PARTS, max_size=60).map("".join))
def test_nothing_of_the_inside_comes_out(wikitext: str) -> None:
    for names in (NAMES, CHINESE):
        found = wikitext_text(wikitext, names)
        assert not re.search("[\x00-\x08\x0b-\x1f]", found)
        assert found == wikitext_text(wikitext, names)


@pytest.mark.parametrize("depth", [3, 39, 41, 200])
def test_templates_may_nest_deeply(depth: int) -> None:
    assert wikitext_text(f"a {'{{x|' * depth}b{'}}' * depth} c", NAMES) == "a c"
    links = f"{'[[x|' * depth}b{']]' * depth} c"
    assert wikitext_text(links, NAMES).endswith("b c")
