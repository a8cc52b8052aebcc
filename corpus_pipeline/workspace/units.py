"""Units of work: pieces of files of one source, which a worker finds by their number."""

import dataclasses
import json

from corpus_pipeline import storage
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.storage import Place

#: Units in one record batch of the list of units: what a worker reads to find one.
UNITS_PER_BATCH = 256


@dataclasses.dataclass(frozen=True)
class Unit:
    """One unit of work: pieces of files of one source."""

    number: int
    source: str
    pieces: tuple[Piece, ...]

    def to_json(self) -> str:
        """Returns the unit as one line of JSON."""
        return json.dumps(
            {
                "number": self.number,
                "source": self.source,
                "pieces": [piece.to_json() for piece in self.pieces],
            }
        )

    @classmethod
    def from_json(cls, line: str) -> "Unit":
        """Reads what `to_json` wrote."""
        fields = json.loads(line)
        pieces = tuple(Piece.from_json(piece) for piece in fields["pieces"])
        return cls(fields["number"], fields["source"], pieces)


def load_unit(path: str | Place, number: int) -> Unit:
    """Reads one unit from a saved list, and few others."""
    with storage.open_arrow(path) as units:
        lines = units.get_batch(number // UNITS_PER_BATCH)["unit"]
    return Unit.from_json(lines[number % UNITS_PER_BATCH].as_py())
