"""*repair*: mojibake, the width of characters, one kind of Chinese characters."""

from typing import Any

from corpus_pipeline.batches import alive
from corpus_pipeline.filters.repair.columns import REPAIR_MEASURES
from corpus_pipeline.filters.repair.options import RepairOptions
from corpus_pipeline.steps import Batch, Step


class Repair(Step):
    """Repairs texts and drops nothing; documents that were dropped before keep their text."""

    name = "repair"
    seconds_per_gigabyte = 3.0
    Options = RepairOptions
    edits_living = True
    options: RepairOptions
    columns = REPAIR_MEASURES
    summed = ("repair_chars",)
    # Texts that were read as such are there before `extract`, which removes the controls and
    # no-break spaces that tell how mojibake came about. Pages have no text yet and stay.
    needs_text = False

    def check(self) -> None:
        """Refuses options whose library is not installed."""
        self._load()

    def libraries(self) -> tuple[str, ...]:
        """Names those that the options ask for."""
        wanted = {"ftfy": self.options.mojibake, "OpenCC": self.options.chinese is not None}
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    def _load(self) -> Any:
        from corpus_pipeline.filters.repair.texts import load_repairer

        return load_repairer(self.options)

    def open(self) -> None:
        """Opens ftfy and OpenCC, as far as they are wanted."""
        self._repairer = self._load()

    def apply(self, batch: Batch) -> Batch:
        """Repairs the texts and fills the measures."""
        from corpus_pipeline.filters.repair.texts import repair_texts

        rows = alive(batch).to_numpy(zero_copy_only=False)
        done = repair_texts(batch["text"], rows, self._repairer)
        batch = batch.set_column(batch.schema.names.index("text"), "text", done.texts)
        return self.filled(batch, done.measures)
