"""Functions over one document: easy to write, and fast enough for some thousand documents."""

from typing import Any

from corpus_pipeline import step


@step(reasons=("shouting",))
def polite(document: dict[str, Any], *, max_exclamations: int = 5) -> str | bool:
    """A rule: drops what shouts."""
    if document["text"].count("!") + document["text"].count("！") > max_exclamations:
        return "shouting"
    return True


@step(columns={"signature_chars": ("int32", "characters of the signature that was cut off")})
def without_signature(document: dict[str, Any], *, mark: str = "\n-- \n") -> dict[str, Any]:
    """An edit: cuts off what stands below the mark of a signature."""
    text, found, signature = document["text"].partition(mark)
    if not found:
        return {"signature_chars": 0}
    return {"text": text, "signature_chars": len(found + signature)}
