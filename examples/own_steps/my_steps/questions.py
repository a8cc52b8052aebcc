"""A whole step: options, columns, and a batch at a time, as the package's own steps are."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpus_pipeline import Options, Step, column


class QuestionOptions(Options):
    """Questions in a text."""

    max_share: float = Field(0.5, gt=0, le=1, description="of the sentences that may be questions")


class Questions(Step):
    """A measure, and a rule over it: question marks for each mark that ends a sentence."""

    name = "questions"
    Options = QuestionOptions
    options: QuestionOptions
    columns = pa.schema(
        [
            column("question_marks", pa.int32(), "marks ? and ？ in the text"),
            column("end_marks", pa.int32(), "marks . ! ? 。 ！ ？ in the text"),
        ]
    )
    reasons = ("questions-too-many",)
    summed = ("question_marks",)
    counts = ("question_marks",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Counts, then judges."""
        questions = pc.count_substring_regex(batch["text"], "[?？]")
        ends = pc.count_substring_regex(batch["text"], "[.!?。！？]")
        batch = self.filled(batch, {"question_marks": questions, "end_marks": ends})
        share = np.nan_to_num(questions.to_numpy(zero_copy_only=False).astype(np.float64))
        limit = np.nan_to_num(ends.to_numpy(zero_copy_only=False)) * self.options.max_share
        return self.failed(batch, {"questions-too-many": share > limit})
