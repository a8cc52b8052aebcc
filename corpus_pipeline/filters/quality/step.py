"""*quality*: Gopher, C4 and FineWeb measures, and the rules of the source's profile."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from corpus_pipeline.filters.figures import writing
from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.profiles import load_profile, profile_files, profile_notes
from corpus_pipeline.filters.quality.rules import QUALITY_REASONS, QualityProfile
from corpus_pipeline.filters.quality.verdicts import quality_verdict
from corpus_pipeline.package_files import package_file
from corpus_pipeline.steps import Batch, Options, Resource, Step, source_of


class QualitySection(Options):
    """Heuristic quality rules."""

    profile: str = Field("default", description="default, gopher, c4, fineweb, code or a YAML file")


class Quality(Step):
    """Fills the quality measures and judges them by the profile of the source."""

    name = "quality"
    Options = QualitySection
    options: QualitySection
    columns = QUALITY_MEASURES
    reasons = QUALITY_REASONS
    default = True
    imports = ("corpus_pipeline.filters.quality.measures", "corpus_pipeline.text.scripts")

    def resources(self) -> Iterator[Resource]:
        """Yields the shipped profiles, and the user's."""
        yield Resource(package_file("filters/profiles"), "quality.profile")
        for profile in sorted(self._names()):
            yield from (Resource(path, "quality.profile") for path in profile_files(profile))

    def _names(self) -> set[str]:
        named = {each.quality_profile for each in self.context.sources.values()}
        return {self.options.profile, *(name for name in named if name is not None)}

    def check(self) -> None:
        """Refuses profiles that cannot be understood."""
        for name in self._names():
            load_profile(name)

    def notes(self) -> Iterator[str]:
        """Names rules of the profiles that are off."""
        for name in sorted(self._names()):
            yield from profile_notes(name)

    def open(self) -> None:
        """Reads the profiles."""
        self._profiles = {name: load_profile(name) for name in self._names()}

    def apply(self, batch: Batch) -> Batch:
        """Measures and judges one batch."""
        from corpus_pipeline.filters.quality.measures import measure_quality
        from corpus_pipeline.filters.quality.rules import quality_failures
        from corpus_pipeline.text.scripts import labels_or_scripts

        profile = self._profile(source_of(batch))
        langs = labels_or_scripts(batch["lang"], batch["text"])
        measures = measure_quality(batch["text"], langs, profile.prose)
        return self.failed(self.filled(batch, measures), quality_failures(measures, langs, profile))

    def _profile(self, source: str | None) -> QualityProfile:
        return self._profiles[self.context.rules(source).quality_profile or self.options.profile]

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says which measure broke which threshold."""
        if not known:
            return quality_verdict(reason, row, None)
        self.open()
        rules = self._profile(row["source"]).rules_for(writing(row, text))
        return quality_verdict(reason, row, rules)
