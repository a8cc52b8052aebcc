"""What a finished run says in words, from its run.json: what a table would hide."""

from collections.abc import Iterator, Mapping
from typing import Any

from corpus_pipeline.planning.passed_over import counted, passed_over

#: A source that loses more than one character in so many to sentence deduplication is warned of.
_LOSS_WARNED_IN = 10


def notes_after(run: Mapping[str, Any]) -> list[str]:
    """Returns lines about a finished run, from its run.json: what was lost, and where.

    >>> run = {"counts": {"documents": 90, "dropped-gopher-too-few-words": 90}}
    >>> notes_after(run)
    ['warning: nothing was kept: all 90 documents were dropped, most for gopher-too-few-words (90)']
    """
    return [
        *passed_over(run.get("passed_over", {})),
        *_without_address(run.get("sources", {}), run),
        *_losses(run.get("sources", {}), run),
        *_nothing_kept(run["counts"]),
    ]


def _without_address(
    sources: Mapping[str, Mapping[str, int]], run: Mapping[str, Any]
) -> Iterator[str]:
    """Warns where addresses were asked for and no document has one."""
    for given in run.get("config", {}).get("inputs", ()):
        each = sources.get(given["source"], {})
        field = given.get("url_field", "url")
        if field != "url" and each.get("read_documents") and not each["read_addresses"]:
            yield (
                f"warning: source {given['source']!r}: no record has {field!r}, which url_field "
                "names; it is looked for at the top of a record, not inside other objects"
            )
    read, found = (
        sum(each.get(name, 0) for each in sources.values())
        for name in ("read_documents", "read_addresses")
    )
    asking = [str(step["name"]) for step in run.get("steps", ()) if step["step"] == "url"]
    if "address" in run.get("phases", {}):
        asking.append("dedup.address")
    if read and not found and asking:
        yield (
            f"warning: no document has an address, so {' and '.join(asking)} "
            f"let all {read} pass; `url_field` of an input says where it stands"
        )


def _losses(sources: Mapping[str, Mapping[str, int]], run: Mapping[str, Any]) -> Iterator[str]:
    """Says how much of each source sentence deduplication took, and warns of much."""
    chars = sum(each.get("sentence_chars", 0) for each in sources.values())
    lost = sum(each.get("sentence_lost", 0) for each in sources.values())
    whole = sum(each.get("sentence_whole", 0) for each in sources.values())
    if lost:
        yield f"repeated sentences: {lost / chars:.1%} of the characters were cut out"
    if whole:
        # Options in a list of steps need not name it.
        limit = run["config"].get("dedup", {}).get("sentence", {}).get("max_loss")
        named = "dedup.sentence.max_loss" + ("" if limit is None else f": {limit}")
        yield (
            f"repeated sentences: {counted(whole, 'document')} would have lost more than "
            f"{named} and stay whole"
        )
    for name, each in sources.items():
        took, of = each.get("sentence_lost", 0), each.get("sentence_chars", 0)
        if took * _LOSS_WARNED_IN > of:
            yield (
                f"warning: source {name!r} lost {took / of:.1%} of its characters to sentence "
                "deduplication; `skip: [sentence]` in its input section leaves it alone"
            )


def _nothing_kept(counts: Mapping[str, int]) -> Iterator[str]:
    documents = counts.get("documents", 0)
    dropped = {
        name.removeprefix("dropped-"): n
        for name, n in counts.items()
        if name.startswith("dropped-")
    }
    if not documents:
        yield "warning: nothing was kept: the inputs hold no record"
    elif sum(dropped.values()) == documents:
        reason = max(sorted(dropped), key=lambda name: dropped[name])
        yield (
            f"warning: nothing was kept: all {documents} documents were dropped, most for {reason} "
            f"({dropped[reason]})"
        )
