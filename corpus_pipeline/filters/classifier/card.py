"""What is known of a trained model, in a file beside it: NAME.json beside NAME.bin."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.filters.classifier.score import TextForm


@dataclasses.dataclass(frozen=True)
class ModelCard:
    """What a model was trained on and how well it tells its labels apart."""

    sha256: str
    """Of the model's file, 64 hex digits."""
    training: str
    """What the sets are, in words."""
    text: TextForm
    """What the model wants to see of a text."""
    options: Mapping[str, Any]
    """Of the training."""
    sets: Mapping[str, Mapping[str, Any]]
    """Label → documents given, without text, repeated, in several sets, trained on and held out,
    and the sha256 over the content hashes of the set."""
    words: int
    held_out: Mapping[str, Any]
    """Of documents that were kept out of training: accuracy, and by label precision, recall, AUC
    (against all others) and percentiles of the label's probability among its own and the other
    documents."""


def card_path(model: str | Path) -> Path:
    """Returns where the card of a model lies."""
    return Path(model).with_suffix(".json")


def write_card(card: ModelCard) -> str:
    """Returns the text of a card."""
    return json.dumps(dataclasses.asdict(card), ensure_ascii=False, indent=2) + "\n"


def read_card(path: Path) -> ModelCard:
    """Reads a card.

    Raises:
        ResourceError: it is none.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return ModelCard(**{**fields, "text": TextForm(**fields["text"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ResourceError(
            f"{path}: is no card of a classifier ({error}); train the model again"
        ) from error


def check_form(model: str, sha256: str, form: TextForm) -> None:
    """Compares how texts are to be written for a model with what its card says, if it has one.

    Args:
        model: its path.
        sha256: of its file.
        form: as configured.

    Raises:
        ConfigError: the model was trained on texts in another form.
    """
    path = card_path(model)
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    # Any file may have that name; a card names its model.
    if not isinstance(fields, dict) or fields.get("sha256") != sha256:
        return
    trained = read_card(path).text
    for field in dataclasses.fields(TextForm):
        wanted, given = getattr(trained, field.name), getattr(form, field.name)
        if wanted != given:
            raise ConfigError(
                f"classifier: {field.name}: the model was trained with {json.dumps(wanted)}, got "
                f"{json.dumps(given)}; set {field.name} as {path.name} says"
            )
