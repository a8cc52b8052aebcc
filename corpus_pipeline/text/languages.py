"""Names of languages: one reading for every way of writing them, and whose figures apply to whom.

Language models, file names and people write Chinese as `zh`, `zho_Hans`, `cmn_Hani`, `zh-Hant`,
`zh_TW` or `__label__zh`. Whatever compares such names compares what `parse_language` reads: the
language by its shortest code (ISO 639-1, else 639-3) and the script, if the name says one.

Three kinds of comparison:

* *The same language* (`same_language`), for what is kept or refused by name. `zh` is `cmn_Hani`,
  but not `yue`. A name that says a script wants that script.
* *Figures of a language* (`Figures.find`): word lists, stop words, limits by language. A language
  without figures of its own takes those of its macro-language in ISO 639-3: `yue`, `wuu` and `lzh`
  those of `zh`, `nn` those of `no`, `id` those of `ms`. A language model says nothing of another
  language, so it does not serve other `members`.
* *Figures of a way of writing* (`Figures.find` with `by_writing`): limits on the length of words
  and the like. Here a script without spaces between words counts for more than the language:
  Japanese takes the figures for Chinese rather than those for English, Lao those for Thai; and
  Chinese in Latin letters (`cmn_Latn`) does not take the figures for characters.

A text without a label has the label `und-Hani`, `und-Thai`, ... of its script: see `scripts.py`.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: A label that names no language.
UNDETERMINED = "und"

#: Names that mean something else than their parts.
_WHOLE = {
    "zh-min-nan": "nan", "zh-classical": "lzh", "zh-hakka": "hak", "zh-xiang": "hsn",
    "zh-guoyu": "zh", "no-bok": "no", "no-nyn": "nn", "art-lojban": "jbo",
}  # fmt: skip
#: lid.176 and Wikipedia call Alemannic so; in ISO 639-3, and with a script, it is Tosk Albanian.
_ALEMANNIC = "als"

#: Scripts of BCP 47 (ISO 15924) that stand for others or contain them.
_WRITINGS = {
    **dict.fromkeys(("Hani", "Hans", "Hant", "Hanb", "Bopo"), "Hani"),
    **dict.fromkeys(("Jpan", "Hrkt", "Hira", "Kana"), "Jpan"),
    **dict.fromkeys(("Kore", "Hang", "Jamo"), "Kore"),
    **dict.fromkeys(("Thai", "Laoo", "Khmr", "Mymr"), "Thai"),
    # Spaces between clauses, marks or nothing between syllables.
    **dict.fromkeys(("Tibt", "Yiii", "Lana", "Tale", "Talu", "Tavt", "Java", "Bali"), "Tibt"),
}
#: Whose figures stand for a way of writing: the first that there is. No other has figures.
_STAND_INS = {
    "Hani": ("zh", "ja"),
    "Jpan": ("ja", "zh"),
    "Kore": ("ko",),
    "Thai": ("th", "lo", "km", "my"),
    "Tibt": ("bo", "dz"),
}
#: The language that a script alone stands for, as far as one does.
_LANGUAGE_OF_SCRIPT = {
    "Hani": "zh", "Hans": "zh", "Hant": "zh", "Jpan": "ja", "Kore": "ko", "Thai": "th",
    "Laoo": "lo", "Khmr": "km", "Mymr": "my", "Tibt": "bo",
}  # fmt: skip

#: What people write instead of a script's code.
_SCRIPT_NAMES = {
    "latin": "Latn", "cyrillic": "Cyrl", "arabic": "Arab", "simplified": "Hans",
    "traditional": "Hant", "devanagari": "Deva", "greek": "Grek", "hebrew": "Hebr",
}  # fmt: skip
#: Regions that tell how Chinese is written there.
_HAN_OF_REGION = {
    "cn": "Hans", "sg": "Hans", "my": "Hans", "tw": "Hant", "hk": "Hant", "mo": "Hant",
}  # fmt: skip

#: What people write for a language and what is something else or nothing: codes of countries.
_MISTAKES = {
    "al": "sq", "at": "de", "au": "en", "bd": "bn", "br": "pt", "by": "be", "cn": "zh", "cz": "cs",
    "dk": "da", "ee": "et", "eg": "ar", "gb": "en", "ge": "ka", "gr": "el", "hk": "yue", "il": "he",
    "iq": "ar", "ir": "fa", "jp": "ja", "kr": "ko", "kz": "kk", "lk": "si", "mx": "es", "np": "ne",
    "ph": "tl", "pk": "ur", "rs": "sr", "se": "sv", "tw": "zh", "ua": "uk", "us": "en", "vn": "vi",
    "za": "af", "farsi": "fa", "flemish": "nl", "castilian": "es", "brazilian": "pt",
    "tagalog": "tl", "burmese": "my", "cantonese": "yue", "simplified chinese": "zh",
    "traditional chinese": "zh", "mandarin": "zh", "deutsch": "de", "espanol": "es",
    "francais": "fr", "italiano": "it", "portugues": "pt", "nihongo": "ja",
    "zhongwen": "zh", "hanyu": "zh",
}  # fmt: skip


class LanguageTag(NamedTuple):
    """What a name of a language says."""

    language: str
    """Shortest code of ISO 639, or `und`."""
    script: str | None
    """ISO 15924, for example `Hans`; None when the name does not say."""

    def __str__(self) -> str:
        return self.language if self.script is None else f"{self.language}-{self.script}"


class _Row(NamedTuple):
    macro: str
    script: str
    names: tuple[str, ...]


class _Table(NamedTuple):
    languages: Mapping[str, _Row]
    """By shortest code."""
    codes: Mapping[str, str]
    """Every code, to the shortest one of its language."""


@cache
def _table() -> _Table:
    text = resources.files(__package__).joinpath("languages.txt").read_text("utf-8")
    languages: dict[str, _Row] = {}
    codes: dict[str, str] = {}
    for line in text.splitlines():
        code, others, macro, script, names = line.split("\t")
        languages[code] = _Row(macro, script, tuple(names.split("; ")))
        codes |= dict.fromkeys((code, *others.split(",")), code)
    codes.pop("", None)
    return _Table(languages, codes)


@cache
def parse_language(name: str) -> LanguageTag | None:
    """Reads a name of a language; None when it is none.

    Read are BCP 47 tags, codes of ISO 639-1, -2 (both kinds) and -3, and labels of fastText, CLD3,
    GlotLID and FLORES, in any case, with hyphens or underscores. Regions and variants say nothing
    about the language, but `zh-TW` says a script.

    >>> [str(parse_language(name)) for name in ("zho_Hans", "cmn_Hani", "zh_TW", "zh-min-nan")]
    ['zh-Hans', 'zh-Hani', 'zh-Hant', 'nan']
    >>> [str(parse_language(name)) for name in ("__label__en", "eng_Latn", "pt-BR", "iw", "nob")]
    ['en', 'en-Latn', 'pt', 'he', 'no']
    >>> parse_language("english"), parse_language("zh-latin")
    (None, LanguageTag(language='zh', script='Latn'))
    """
    written = name.strip().lower().removeprefix("__label__").replace("_", "-")
    written = _WHOLE.get(written, written)
    first, *rest = written.split("-")
    table = _table()
    language = UNDETERMINED if first == UNDETERMINED else table.codes.get(first)
    if language is None or not written.isascii():
        return None
    if first == _ALEMANNIC and not rest:
        return LanguageTag("gsw", None)
    script = None
    for n, part in enumerate(rest):
        if part in _SCRIPT_NAMES:
            script = _SCRIPT_NAMES[part]
        elif n == 0 and len(part) == 3 and part.isalpha():
            # An extended language (zh-yue) is a member of the one that it extends.
            member = table.codes.get(part)
            if member is None or language not in (member, table.languages[member].macro):
                return None
            language = member
        elif len(part) == 4 and part.isalpha():
            script = part.capitalize()
        elif len(part) == 2 and part.isalpha():
            if script is None and "Hani" in (table.languages[language].script, script):
                script = _HAN_OF_REGION.get(part)
        elif len(part) == 1:
            break
        elif not part.isalnum() or len(part) < 3 or len(part) > 8:
            return None
    return LanguageTag(language, script)


def language_name(code: str) -> str:
    """Returns the English name of a language by its shortest code.

    >>> language_name("se"), language_name("zh")
    ('Northern Sami', 'Chinese')
    """
    row = _table().languages.get(code)
    return code if row is None else row.names[0].removesuffix(" (macrolanguage)")


def members_of(macro: str) -> tuple[str, ...]:
    """Returns the languages that ISO 639-3 counts to a macro-language, itself first.

    >>> members_of("sh"), "yue" in members_of("zh")
    (('sh', 'bs', 'cnr', 'hr', 'sr'), True)
    """
    languages = _table().languages
    return (macro, *(code for code, row in languages.items() if row.macro == macro))


def same_language(name: str, label: str) -> bool:
    """Says whether a name means what a label says: the language and, if the name has one, a script.

    >>> same_language("ZH", "cmn_Hani"), same_language("zh-Hans", "zh"), same_language("zh", "yue")
    (True, False, False)
    """
    if name == label:
        return True
    wanted, given = parse_language(name), parse_language(label)
    if wanted is None or given is None or wanted.language != given.language:
        return False
    script = given.script or _default_script(given.language)
    return wanted.script in (None, script) or (wanted.script == "Hani" == _WRITINGS.get(script))


def related_languages(one: str, other: str) -> bool:
    """Says whether two names are of one macro-language.

    >>> related_languages("hr", "bos_Latn"), related_languages("no", "da")
    (True, False)
    """
    tags = parse_language(one), parse_language(other)
    if tags[0] is None or tags[1] is None:
        return one == other
    languages = _table().languages
    first, second = (
        (row.macro or tag.language) if (row := languages.get(tag.language)) else tag.language
        for tag in tags
        if tag is not None
    )
    return first == second


def _default_script(language: str) -> str:
    row = _table().languages.get(language)
    return "" if row is None else row.script


def _writing(tag: LanguageTag) -> str | None:
    """The way of writing, among those that have no spaces between words, or Hangul."""
    return _WRITINGS.get(tag.script or _default_script(tag.language))


class Figures:
    """Finds, among the names that figures are given for, the one that applies to a label.

    >>> figures = Figures(("zh", "en", "zh-Hant"))
    >>> [figures.find(label) for label in ("cmn_Hani", "yue", "zho_Hant", "eng_Latn", "fr", None)]
    ['zh', 'zh', 'zh-Hant', 'en', None, None]
    >>> figures.find("ja"), figures.find("ja", by_writing=True)
    (None, 'zh')
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._tags = {name: tag for name in self.names if (tag := parse_language(name)) is not None}
        self._found: dict[tuple[str, bool, bool], str | None] = {}

    def find(
        self, label: str | None, *, by_writing: bool = False, members: bool = True
    ) -> str | None:
        """Returns the name whose figures apply, None for those that apply to everything else.

        Args:
            by_writing: a script without spaces between words counts for more than the language.
            members: figures for a macro-language serve its members.
        """
        if label is None:
            return None
        key = (label, by_writing, members)
        if key not in self._found:
            self._found[key] = self._search(label, by_writing, members)
        return self._found[key]

    def of_column(
        self, labels: pa.Array, *, by_writing: bool = False, members: bool = True
    ) -> NDArray[np.int64]:
        """Returns int64[N], the number of the name that applies to each label; -1 for none."""
        encoded = labels.dictionary_encode()
        numbers = {name: number for number, name in enumerate(self.names)}
        found = [
            -1 if name is None else numbers[name]
            for label in (*encoded.dictionary.to_pylist(), None)
            for name in [self.find(label, by_writing=by_writing, members=members)]
        ]
        indices = np.asarray(encoded.indices.fill_null(len(found) - 1), np.int64)
        return np.array(found, np.int64)[indices]

    def _search(self, label: str, by_writing: bool, members: bool) -> str | None:
        if label in self.names:
            return label
        tag = parse_language(label)
        if tag is None:
            return None
        writing = _writing(tag)
        language = tag.language
        if language == UNDETERMINED:
            language = _LANGUAGE_OF_SCRIPT.get(tag.script or "", UNDETERMINED)
        row = _table().languages.get(language) if members else None
        for wanted in (language, *(() if row is None else (row.macro,))):
            if (found := self._named(wanted, tag.script, writing)) is not None:
                return found
        if by_writing and writing is not None:
            for stand_in in _STAND_INS[writing]:
                alike = _WRITINGS[_default_script(stand_in)]
                if (found := self._named(stand_in, tag.script, alike)) is not None:
                    return found
        return None

    def _named(self, language: str, script: str | None, writing: str | None) -> str | None:
        """Returns the name of a language that suits a script best, of those written alike.

        A script without spaces has other figures than the same language in another script.
        """
        names = [
            name
            for name, tag in self._tags.items()
            if tag.language == language and _writing(tag) == writing
        ]
        order = (script or _default_script(language), None)
        for wanted in order:
            for name in names:
                if self._tags[name].script == wanted:
                    return name
        return names[0] if names and script is None else None


@cache
def figures_for(names: tuple[str, ...]) -> Figures:
    """Returns `Figures(names)`, one for each tuple of names."""
    return Figures(names)


def require_language(name: object) -> str:
    """Returns a name of a language as it is.

    Raises:
        ValueError: it is none; the line says which may have been meant.

    >>> require_language("zh_TW")
    'zh_TW'
    >>> require_language("english")
    Traceback (most recent call last):
    ValueError: 'english' is no language; did you mean 'en'?
    """
    if not isinstance(name, str) or parse_language(name) is None:
        raise ValueError(f"{name!r} is no language; {suggestion(name)}")
    return name


def suggestion(name: object, known: Sequence[str] | None = None) -> str:
    """Says in a few words what somebody meant who wrote `name`, who `known` names if not None.

    >>> suggestion("english"), suggestion("cn"), suggestion("englsh", ("eng_Latn", "zho_Hans"))
    ("did you mean 'en'?", "did you mean 'zh'?", "did you mean 'eng_Latn'?")
    >>> suggestion("se", ("sv", "no"))
    "'se' is Northern Sami; did you mean 'sv'?"
    """
    if not isinstance(name, str):
        return 'YAML reads no as false; write "no" in quotes' if name is False else "write a code"
    meant = _meant(name)
    tag = parse_language(name)
    if known is not None:
        codes = {str(parse_language(label) or label): label for label in known}
        short = {parse_language(label).language: label for label in known if parse_language(label)}  # type: ignore[union-attr]
        meant = [codes.get(each) or short.get(each) for each in meant]  # type: ignore[misc]
        if not any(meant):
            meant = difflib.get_close_matches(name, known, 1, 0.0)
    best = next((each for each in meant if each), None)
    says = "" if tag is None else f"{name!r} is {_described(tag)}; "
    return says + ("use codes such as 'en' or 'zh'" if best is None else f"did you mean {best!r}?")


def _described(tag: LanguageTag) -> str:
    name = language_name(tag.language)
    return name if tag.script is None else f"{name} in the script {tag.script}"


def _meant(name: str) -> list[str]:
    """Returns codes that the writer of `name` may have meant, the likeliest first."""
    written = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    languages = _table().languages
    found = []
    if written in _MISTAKES:
        found.append(_MISTAKES[written])
    if (tag := parse_language(name)) is not None:
        row = languages.get(tag.language)
        found += [tag.language, *([] if row is None else [row.macro])]
    # Of two languages with one name the earlier code wins.
    by_name = {
        each.lower().removesuffix(" (macrolanguage)"): code
        for code, row in reversed(list(languages.items()))
        for each in row.names
    }
    common = {each: code for each, code in by_name.items() if len(code) == 2}
    for names, cutoff in ((common, 0.75), (by_name, 0.85)):
        if written in names:
            found.append(names[written])
        found += [names[near] for near in difflib.get_close_matches(written, names, 1, cutoff)]
    first = written.split(" ")[0]
    if first in _MISTAKES or (len(first) > 3 and first in by_name):
        found.append(_MISTAKES.get(first) or by_name[first])
    if not found:
        two_letters = [code for code in languages if len(code) == 2]
        found += difflib.get_close_matches(written, two_letters, 1, 0.5)
    return [code for code in dict.fromkeys(found) if code]
