"""What the repair says of each document."""

import pyarrow as pa

#: What can have changed, in the order in which it is done. The first two are mojibake; the next are
#: options of their own.
KINDS = (
    "mojibake", "gbk", "unescape_html", "fix_latin_ligatures", "uncurl_quotes", "fix_line_breaks",
    "remove_terminal_escapes", "remove_control_chars", "width", "chinese", "replace",
)  # fmt: skip

REPAIR_MEASURES = pa.schema(
    [
        pa.field(
            "repair_changed",
            pa.list_(pa.string()),
            metadata={"meaning": "which repairs changed the text; null where none did"},
        ),
        pa.field(
            "repair_chars",
            pa.int32(),
            metadata={
                "meaning": "characters of the text before that were replaced: of each line those "
                "from the first to the last that differ, of `replace` those that were found; null "
                "for a document that was dropped before or has no text"
            },
        ),
    ]
)
