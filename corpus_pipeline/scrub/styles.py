"""What stands in the place of an identifier: placeholders as published corpora write them."""

#: Style -> what it writes for a kind; kinds that it does not know are written as its `*` says.
STYLES: dict[str, dict[str, str]] = {
    # Presidio's anonymizer.
    "presidio": {"*": "<{entity}>"},
    # dolma's mixer (dolma-v1_5).
    "dolma": {"*": "|||{entity}|||"},
    # The names of StarCoder's dataset; kinds beyond those are written in the same way.
    "starcoder": {
        "*": "<{entity}>",
        "EMAIL_ADDRESS": "<EMAIL>",
        "PERSON": "<NAME>",
        "SECRET": "<KEY>",
        "URL_USERINFO": "<PASSWORD>",
        "HANDLE": "<USERNAME>",
    },
    # The first of datatrove's replacements, which FineWeb has; addresses that nobody owns.
    "fineweb": {
        "*": "<{entity}>",
        "EMAIL_ADDRESS": "email@example.com",
        "IP_ADDRESS": "22.214.171.124",
    },
}


def placeholder(template: str, entity: str) -> str:
    """Returns what is written for an identifier.

    Args:
        template: the name of a style, or a text in which `{entity}` becomes the kind.
        entity: one of `ENTITIES`.

    >>> placeholder("dolma", "PERSON"), placeholder("[{entity}]", "SECRET"), placeholder("", "IP")
    ('|||PERSON|||', '[SECRET]', '')
    >>> placeholder("starcoder", "EMAIL_ADDRESS"), placeholder("starcoder", "IBAN_CODE")
    ('<EMAIL>', '<IBAN_CODE>')
    """
    style = STYLES.get(template)
    if style is not None:
        template = style.get(entity, style["*"])
    return template.replace("{entity}", entity)


def refuse_template(template: str) -> None:
    """Refuses a template with other braces than `{entity}`.

    Raises:
        ValueError: one line.
    """
    rest = template.replace("{entity}", "")
    if "{" in rest or "}" in rest:
        raise ValueError(
            f"placeholder may hold no braces but {{entity}}, got {template!r}; write for example "
            f"'<{{entity}}>', or the name of a style: {', '.join(STYLES)}"
        )
