"""*url*: decides on documents by their address, before their text is made."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pyarrow as pa

from corpus_pipeline.errors import ConfigError, printable
from corpus_pipeline.filters.url.options import UrlOptions
from corpus_pipeline.steps import Batch, Resource, Step
from corpus_pipeline.thresholds import exact_threshold

#: Reasons that say what was found.
_MATCHES = ("url-domain-blocked", "url-blocked", "url-words", "url-pattern")


#: Reason -> what is said of a document that is dropped for it.
_SENTENCES = {
    "url-missing": "it has no address",
    "url-not-listed": "the domain of its address[ ({explained})] is in no list of url.only_domains",
    "url-domain-blocked": "the domain of its address is in a list of blocked domains"
    "[: {explained}]",
    "url-blocked": "its address is in a list of blocked addresses[: {explained}]",
    "url-words": "its address holds blocked words[: {explained}]",
    "url-pattern": "a blocked pattern is found in its address[: {explained}]",
    "url-not-sampled": "only a share of the documents of its domain is kept, and it is not in "
    "that share[: {explained}]",
}


class Url(Step):
    """Judges documents by their address."""

    name = "url"
    Options = UrlOptions
    options: UrlOptions
    columns = pa.schema(
        [
            pa.field(
                "url_normalised",
                pa.string(),
                metadata={"meaning": "url in one form; null when it has no host"},
            ),
            pa.field(
                "url_domain",
                pa.string(),
                metadata={
                    "meaning": "registered domain of url, as example.co.uk; null when the host is "
                    "an address of a machine or a public suffix"
                },
            ),
            pa.field(
                "url_matched",
                pa.string(),
                metadata={
                    "meaning": "entry of a list, words or pattern that the first failed rule of "
                    "url found; null when none did"
                },
            ),
            pa.field(
                "url_list",
                pa.string(),
                metadata={"meaning": "name of the list (category) that url_matched is from"},
            ),
        ]
    )
    seconds_per_gigabyte = 2.0
    sentences = _SENTENCES
    reasons = tuple(_SENTENCES)
    needs_text = False
    needs = ("url",)

    def resources(self) -> Iterable[Resource]:
        """Yields the files and folders of all lists."""
        from corpus_pipeline.filters.url.lists import is_path

        for key in ("block_domains", "allow_domains", "only_domains"):
            for item in getattr(self.options, key):
                if is_path(item):
                    yield Resource(item, f"url.{key}")
        for key in ("block_subwords", "block_words", "soft_words", "block_patterns"):
            for item in getattr(self.options, key):
                yield Resource(item, f"url.{key}")

    def libraries(self) -> tuple[str, ...]:
        """Names what spells international hosts."""
        return ("idna",)

    def check(self) -> None:
        """Refuses shares with too many decimals and keys that are no domains."""
        for domain in self._shares():
            if domain != "*" and ("/" in domain or "." not in domain.strip(".")):
                raise ConfigError(
                    f"url.keep_share.{printable(domain)}: no domain; write one as example.com, or "
                    "* for all others"
                )

    def open(self) -> None:
        """Loads the lists."""
        from corpus_pipeline.filters.url.judging import load_judge

        self._judge = load_judge(self.options, self._shares())

    def apply(self, batch: Batch) -> Batch:
        """Judges one batch."""
        verdict = self._judge.judge(batch)
        columns = dict(zip(self.columns.names, verdict.columns, strict=True))
        if not self.options.normalise:
            for name in ("url_normalised", "url_domain"):
                columns[name] = pa.nulls(batch.num_rows, pa.string())
        return self.failed(self.filled(batch, columns), verdict.failures)

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Shows what was found, or the share of the domain."""
        if reason == "url-not-sampled":
            share = self.options.keep_share
            return "" if share is None else f"keep_share {share}"
        if row.get("url") is None:
            return ""
        url = printable(row["url"])
        failed = [each for each in row.get("reasons") or () if each in self.all_reasons()]
        first = next((each for each in failed if each.endswith(_MATCHES)), "")
        if reason in _MATCHES and first.endswith(reason):
            return f"{printable(str(row.get('url_matched')))} of {row.get('url_list')} in {url}"
        return url

    def _shares(self) -> dict[str, Fraction]:
        """Returns domain -> share, with `*` for all others."""
        shares = self.options.keep_share
        if shares is None:
            return {}
        shares = shares if isinstance(shares, dict) else {"*": shares}
        try:
            return {
                domain: exact_threshold(share, f"url.keep_share.{domain}")
                for domain, share in shares.items()
            }
        except ValueError as error:
            raise ConfigError(printable(str(error))) from None
