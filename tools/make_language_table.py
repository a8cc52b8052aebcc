"""Writes corpus_pipeline/text/languages.txt from IANA's registry of language subtags.

    python tools/make_language_table.py language-subtag-registry

The registry (https://www.iana.org/assignments/language-subtag-registry, released by IANA under
CC0-1.0) has every language of ISO 639 by its shortest code, its names, its macro-language and, for
some, its script. It lacks the three-letter codes of languages that have a code of two letters: they
are written below. The table is shipped so that a name means the same on every machine; a newer
registry changes which names are known, which the changelog must say.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

#: ISO 639-1 code: ISO 639-2/T and 639-3 code[/ISO 639-2/B code].
THREE_LETTERS = """
aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel
bg:bul bi:bis bm:bam bn:ben bo:bod/tib br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces/cze
cu:chu cv:chv cy:cym/wel da:dan de:deu/ger dv:div dz:dzo ee:ewe el:ell/gre en:eng eo:epo es:spa
et:est eu:eus/baq fa:fas/per ff:ful fi:fin fj:fij fo:fao fr:fra/fre fy:fry ga:gle gd:gla gl:glg
gn:grn gu:guj gv:glv ha:hau he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun hy:hye/arm hz:her ia:ina
id:ind ie:ile ig:ibo ii:iii ik:ipk io:ido is:isl/ice it:ita iu:iku ja:jpn jv:jav ka:kat/geo kg:kon
ki:kik kj:kua kk:kaz kl:kal km:khm kn:kan ko:kor kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat
lb:ltz lg:lug li:lim ln:lin lo:lao lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri/mao mk:mkd/mac ml:mal
mn:mon mr:mar ms:msa/may mt:mlt my:mya/bur na:nau nb:nob nd:nde ne:nep ng:ndo nl:nld/dut nn:nno
no:nor nr:nbl nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss pa:pan pi:pli pl:pol ps:pus pt:por
qu:que rm:roh rn:run ro:ron/rum ru:rus rw:kin sa:san sc:srd sd:snd se:sme sg:sag sh:hbs si:sin
sk:slk/slo sl:slv sm:smo sn:sna so:som sq:sqi/alb sr:srp ss:ssw st:sot su:sun sv:swe sw:swa ta:tam
te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah ug:uig
uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:yid yo:yor za:zha zh:zho/chi
zu:zul
"""

#: Individual languages that models give where others give the macro-language: its chief member.
CHIEF_MEMBERS = """
ak:twi ar:arb az:azj et:ekk fa:pes ku:kmr lv:lvs mg:plt mn:khk ms:zsm ne:npi no:nob om:gaz or:ory
ps:pbt ps:pbu sq:als sw:swh tl:fil uz:uzn yi:ydd zh:cmn
"""

#: Codes that the registry no longer has, and lid.176 does.
RETIRED = "egl:eml"

#: Scripts that the registry leaves open, of languages that are written in one without spaces.
SCRIPTS = """
bo:Tibt ii:Yiii kht:Mymr ksw:Mymr mnw:Mymr rki:Mymr shn:Mymr
cdo:Hani cjy:Hani cpx:Hani czh:Hani czo:Hani gan:Hani hak:Hani hsn:Hani lzh:Hani mnp:Hani nan:Hani
wuu:Hani yue:Hani zh:Hani
"""

TARGET = Path(__file__).parent.parent / "corpus_pipeline" / "text" / "languages.txt"


def records(text: str) -> Iterator[dict[str, list[str]]]:
    """Yields the records of the registry, each field with its values."""
    for block in text.replace("\n  ", " ").split("%%\n"):
        record: dict[str, list[str]] = defaultdict(list)
        for line in block.splitlines():
            name, _, value = line.partition(": ")
            record[name].append(value)
        yield record


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yields the pairs of one of the lists above."""
    for pair in text.split():
        code, _, others = pair.partition(":")
        yield from ((code, other) for other in others.split("/"))


def main(registry: str) -> None:
    """Writes the table: code, other codes, macro-language, script, names."""
    languages: dict[str, dict[str, list[str]]] = {}
    same: dict[str, str] = {}
    for record in records(Path(registry).read_text("utf-8")):
        if record["Type"] != ["language"] or record["Scope"] in (["special"], ["private-use"]):
            continue
        code = record["Subtag"][0]
        if record["Preferred-Value"]:
            same[code] = record["Preferred-Value"][0]
        else:
            languages[code] = record
    same |= {other: code for code, other in pairs(THREE_LETTERS)}
    same |= {other: code for code, other in pairs(RETIRED)}
    # nob is nb by the list above, and nb is written as no.
    for code, member in pairs(CHIEF_MEMBERS):
        same[same.get(member, member)] = code
    others = defaultdict(list)
    for code in sorted(same):
        final = same[code]
        while final in same:
            final = same[final]
        others[final].append(code)
    scripts = {code: [script] for code, script in pairs(SCRIPTS)}
    rows = []
    for code, record in sorted(languages.items()):
        if code in same:
            continue
        names = [*record["Description"]]
        for other in others[code]:
            names += languages.get(other, {}).get("Description", [])
        macro = (record["Macrolanguage"] or [""])[0]
        script = (scripts.get(code) or record["Suppress-Script"] or [""])[0]
        names = list(dict.fromkeys(names))
        rows.append("\t".join((code, ",".join(others[code]), macro, script, "; ".join(names))))
    TARGET.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    print(f"{TARGET.name}: {len(rows)} languages, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
