"""What a tokenizer.json means for pretraining text: every character of a document is ordinary text.

A tokenizer.json says more than how text becomes ids: it may truncate, pad, surround a text with
control tokens, and turn the *name* of a control token in a text into that token. The last would let
a web page end a document or open a chat turn. Here all four are switched off:

    truncation, padding, post_processor   removed
    control tokens                        are not looked for in text
    their entries in the model            renamed, ids kept, so that merges cannot form them

Control tokens are the added tokens that the file calls special, the end of document, and others
that look like it: many files say `"special": false` of `<tool_call>` or `<|fim_prefix|>`, for there
the word means no more than "left out when decoding". Added tokens of white space, of words or of
HTML elements stay: they are how the tokenizer spells ordinary text.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.nearest import meant
from corpus_pipeline.tokens.pattern_proof import tells_apart

#: Put before the name of a control token in the model's vocabulary. U+FFFF is a noncharacter; it is
#: not in the alphabet of byte-level BPE, so there no text at all can spell the new name. Models
#: that look pieces up in the text get as many of them as the text does not have in a row.
UNREACHABLE = "\uffff"

#: A name in brackets, with a letter or digit in it: `<tool_call>`, `</think>`, `<|im_end|>`,
#: `<｜User｜>`, `[INST]`, `|assistant|`.
_CONTROL_NAME = re.compile(r"\s*(<[^<>]*\w[^<>]*>|\[[^\[\]]*\w[^\[\]]*\]|\|[^|]*\w[^|]*\|)\s*")

#: What stands for a byte where a model falls back to bytes; the model finds it by this name.
_BYTE_NAME = re.compile(r"<0x[0-9A-Fa-f]{2}>")

#: Elements of HTML, which some vocabularies (Gemma's) hold to spell pages. Not `<s>`, which is a
#: control token elsewhere.
_HTML_ELEMENTS = frozenset({
    "a", "abbr", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote",
    "body", "br", "button", "canvas", "caption", "center", "cite", "code", "col", "colgroup", "dd",
    "del", "details", "dfn", "div", "dl", "dt", "em", "fieldset", "figcaption", "figure", "font",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i",
    "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "link", "main", "map", "mark",
    "math", "meta", "nav", "noscript", "object", "ol", "optgroup", "option", "p", "picture", "pre",
    "q", "rp", "rt", "ruby", "samp", "script", "section", "select", "small", "source", "span",
    "strike", "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "template",
    "textarea", "tfoot", "th", "thead", "time", "title", "tr", "tt", "u", "ul", "var", "video",
    "wbr",
})  # fmt: skip


def parse_definition(text: str, name: str) -> dict[str, Any]:
    """Reads the text of a tokenizer.json and switches off what is not encoding.

    Args:
        text: the whole file.
        name: the file's name, for the message.

    Raises:
        ResourceError: the text is not a tokenizer.json.
        ConfigError: the model drops merges at random.

    >>> bpe = '{"model": {"type": "BPE", "vocab": {}, "merges": []}, "padding": {}}'
    >>> parse_definition(bpe, "tokenizer.json")["padding"] is None
    True
    """
    try:
        definition = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ResourceError(f"{name} is not a tokenizer.json: not JSON ({error})") from error
    if not isinstance(definition, dict) or not isinstance(definition.get("model"), dict):
        raise ResourceError(
            f"{name} is not a tokenizer.json: it has no `model`; "
            "save the tokenizer in the format of the `tokenizers` library"
        )
    if problem := _misshapen(definition):
        raise ResourceError(
            f"{name} is not a tokenizer.json: {problem}; save it with the `tokenizers` library"
        )
    if definition["model"].get("dropout"):
        raise ConfigError(
            f"{name} has dropout {definition['model']['dropout']}, so a text has no definite ids; "
            "set model.dropout to null"
        )
    for part in ("truncation", "padding", "post_processor"):
        definition[part] = None
    return definition


def _misshapen(definition: dict[str, Any]) -> str | None:
    """Says what of the parts that this module reads has another shape than it must have.

    >>> _misshapen({"model": {"vocab": {}}, "added_tokens": [{"id": 3}]})
    'an added token has no name or no number'
    """
    added = definition.get("added_tokens") or []
    if not isinstance(added, list):
        return "`added_tokens` is no list"
    for token in added:
        named = isinstance(token, dict) and isinstance(token.get("content"), str)
        if not named or not isinstance(token.get("id", 0), int):
            return "an added token has no name or no number"
    model = definition["model"]
    vocab, unknown = model.get("vocab"), model.get("unk_id")
    if isinstance(vocab, list):
        if not all(isinstance(entry, list) and len(entry) == 2 for entry in vocab):
            return "an entry of the vocabulary is no pair"
        if isinstance(unknown, int) and not 0 <= unknown < len(vocab):
            return f"`unk_id` {unknown} is not in the vocabulary"
    if not isinstance(model.get("unk_token") or "", str):
        return "`unk_token` is no name"
    return None


def control_token_names(
    definition: dict[str, Any],
    eos_token: str | None,
    named: Iterable[str] | None,
    name: str = "the tokenizer",
) -> frozenset[str]:
    """Names every token that text must not turn into.

    Those are the added tokens marked special, the token for the unknown, the end of document, and
    the added tokens in `named`; if that is null, each whose name stands in brackets and is not an
    element of HTML.

    Args:
        name: the file's name, for the message.

    Raises:
        ConfigError: `named` has a name that is no added token.

    >>> tokens = [{"content": "<s>", "special": True}, {"content": "  ", "special": False},
    ...           {"content": "<tool_call>", "special": False}, {"content": "<td>"}]
    >>> d = {"added_tokens": tokens, "model": {}}
    >>> sorted(control_token_names(d, "<eos>", None))
    ['<eos>', '<s>', '<tool_call>']
    >>> sorted(control_token_names(d, None, ["<td>"]))
    ['<s>', '<td>']
    """
    added = definition.get("added_tokens") or []
    contents = [token["content"] for token in added]
    names = {token["content"] for token in added if token.get("special")}
    names |= _unknown_tokens(definition["model"])
    names |= {each for each in contents if _is_control(each)} if named is None else set(named)
    for each in sorted(names.difference(contents) & set(named or ())):
        hint = meant(each, contents, "its added tokens can be named")
        raise ConfigError(f"control token {each!r} is not in {name}; {hint}")
    if eos_token is not None:
        names.add(eos_token)
    return frozenset(names)


def _is_control(name: str) -> bool:
    """Says by the name of an added token whether it is no spelling of ordinary text.

    >>> [_is_control(name) for name in ("<|fim_prefix|>", "</think>", "[INST]", "<｜User｜>")]
    [True, True, True, True]
    >>> [_is_control(name) for name in ("  ", "</td>", "[]", "<0x0A>", "COVID-19")]
    [False, False, False, False, False]
    """
    element = name.strip(" \n</>").lower()
    return (
        _CONTROL_NAME.fullmatch(name) is not None
        and _BYTE_NAME.fullmatch(name) is None
        and element not in _HTML_ELEMENTS
    )


def without_control_tokens(
    definition: dict[str, Any], controls: frozenset[str], keep_entries: bool, depth: int = 1
) -> dict[str, Any]:
    """Returns a definition in which no text spells a control token; no id changes.

    Args:
        definition: as `parse_definition` returns it; not changed.
        controls: names of the control tokens.
        keep_entries: keep the control tokens listed under their new names and marked special, as
            `tokenizers` needs to number the added tokens behind them; it is told not to look for
            them. False drops the entries, for an engine that reads the numbers in the file.
        depth: how many U+FFFF stand before the new names; no text with fewer in a row spells one.

    >>> d = {"added_tokens": [{"id": 0, "content": "<s>", "special": True}],
    ...      "model": {"type": "BPE", "vocab": {"<s>": 0, "a": 1}}}
    >>> plain = without_control_tokens(d, frozenset({"<s>"}), keep_entries=False)
    >>> plain["added_tokens"], plain["model"]["vocab"]["a"], "<s>" in plain["model"]["vocab"]
    ([], 1, False)
    """
    model = dict(definition["model"])
    plain = {**definition, "model": model}
    added = []
    for token in definition.get("added_tokens") or []:
        if token["content"] not in controls:
            added.append(token)
        elif keep_entries:
            content = renamed(token["content"], controls, depth)
            added.append({**token, "content": content, "special": True})
    plain["added_tokens"] = added
    # The model finds its token for the unknown by this name, or by its index, which stays.
    if model.get("unk_token"):
        model["unk_token"] = renamed(model["unk_token"], controls, depth)
    vocab = model.get("vocab")
    if isinstance(vocab, dict):
        model["vocab"] = {renamed(name, controls, depth): id_ for name, id_ in vocab.items()}
    elif isinstance(vocab, list):
        model["vocab"] = [[renamed(name, controls, depth), score] for name, score in vocab]
    return plain


#: What may stand in a unigram model's pieces for a character of the names of bytes: noncharacters.
_STAND_INS = tuple(map(chr, range(0xFDD0, 0xFDF0)))


def byte_name_stand_ins(definition: dict[str, Any]) -> list[str]:
    """Returns characters that may stand for one of `<0x41>`, see `without_byte_names`.

    Returns:
        Nothing where nothing is to be done, or where it cannot be: the model is not unigram with
        bytes to fall back to, none of the characters is a piece, or a pre-tokenizer could tell the
        two apart.

    >>> model = {"type": "Unigram", "byte_fallback": True, "vocab": [["<0x41>", 0], ["<", -1]]}
    >>> len(byte_name_stand_ins({"model": model})), byte_name_stand_ins({"model": {}})
    (32, [])
    """
    model = definition["model"]
    if model.get("type") != "Unigram" or not model.get("byte_fallback"):
        return []
    single = _single(model)
    steps = steps_of(definition.get("pre_tokenizer"), "pretokenizers")
    taken = set().union(*(piece for piece, _ in model["vocab"])) if single else set()
    return [
        each
        for each in _STAND_INS
        if single and each not in taken
        and not any(_tells_apart(step, single, each) for step in steps)
    ]  # fmt: skip


def _single(model: dict[str, Any]) -> str | None:
    """The character of the names of bytes that is exchanged; None where none of them is a piece."""
    pieces = {piece for piece, _ in model["vocab"]}
    return next((c for c in "<>x0" if c in pieces), None)


def without_byte_names(definition: dict[str, Any], stand_in: str) -> dict[str, Any]:
    """Returns a definition of a unigram model that finds no `<0x41>` in text; no id changes.

    The model needs its pieces for bytes under these names, and looks for all pieces in the text. So
    of the text that it sees, and of its other pieces, one character of the names is exchanged: one
    that is a piece by itself, so that it is never unknown and spelt as bytes.

    Args:
        definition: of which `byte_name_stand_ins` gives some.
        stand_in: one of them; it holds for texts without it.

    >>> model = {"type": "Unigram", "byte_fallback": True, "unk_id": 0,
    ...          "vocab": [["<unk>", 0], ["<0x41>", 0], ["<", -1], ["<b", -2]]}
    >>> mended = without_byte_names({"model": model}, "\ufdd0")
    >>> [piece.replace("\ufdd0", "?") for piece, _ in mended["model"]["vocab"]]
    ['?unk>', '<0x41>', '?', '?b']
    >>> mended["normalizer"]["normalizers"][-1]["pattern"]
    {'String': '<'}
    """
    model = definition["model"]
    single = _single(model) or stand_in
    exchange = {"type": "Replace", "pattern": {"String": single}, "content": stand_in}
    normalizers = [] if definition.get("normalizer") is None else [definition["normalizer"]]
    # Added tokens are found in the vocabulary by their names.
    kept = {token["content"] for token in definition.get("added_tokens") or []}
    vocab = [
        [
            piece if piece in kept or _BYTE_NAME.fullmatch(piece)
            else piece.replace(single, stand_in),
            score,
        ]
        for piece, score in model["vocab"]
    ]  # fmt: skip
    return {
        **definition,
        "model": {**model, "vocab": vocab},
        "normalizer": {"type": "Sequence", "normalizers": [*normalizers, exchange]},
    }


def _tells_apart(step: dict[str, Any], character: str, stand_in: str) -> bool:
    """Whether a pre-tokenizer could see that another character stands for one."""
    if step["type"] != "Split":
        return step["type"] not in ("Metaspace", "WhitespaceSplit")
    pattern = step["pattern"].get("Regex")
    return pattern is None or tells_apart(pattern, character, stand_in)


def steps_of(part: dict[str, Any] | None, key: str) -> list[dict[str, Any]]:
    """Returns the steps of a normaliser or pre-tokenizer, sequences within sequences as one.

    Args:
        part: of a tokenizer.json; None has no steps.
        key: where a sequence has its steps, "normalizers" or "pretokenizers".

    >>> steps_of({"type": "Sequence", "normalizers": [{"type": "NFC"}]}, "normalizers")
    [{'type': 'NFC'}]
    """
    if part is None:
        return []
    if part["type"] != "Sequence":
        return [part]
    return [step for each in part[key] for step in steps_of(each, key)]


def renamed(name: str, controls: frozenset[str], depth: int = 1) -> str:
    """Returns the name that a token has in the definition without control tokens."""
    return UNREACHABLE * depth + name if name in controls else name


def _unknown_tokens(model: dict[str, Any]) -> set[str]:
    """The token for what the model cannot spell; the model finds it by its name or its index."""
    if model.get("unk_token"):
        return {model["unk_token"]}
    if isinstance(model.get("unk_id"), int) and isinstance(model.get("vocab"), list):
        return {model["vocab"][model["unk_id"]][0]}
    return set()
