"""Changes made to the code on purpose, each of which a test must see.

    python tools/mutations.py                all of them; some minutes
    python tools/mutations.py publish scrub  those whose names hold one of these words

Each is applied to a copy of the project, the tests that are named beside it run there, and must
fail. A change that they let pass is a rule that nobody keeps: write the test first.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PACKAGE = "corpus_pipeline"


class Mutation(NamedTuple):
    """One change."""

    name: str
    file: str
    """Below the package."""
    old: str
    """What stands there, once."""
    new: str
    tests: str
    """Arguments of pytest that see it."""


_PLAN = "tests/planning/test_plan.py -k depend_on"
_DOCUMENTS = "tests/extract/test_documents.py"
_KEYWORDS = "tests/filters/keywords/test_keywords.py"
_VERIFY = "tests/inspection/test_verify_trace.py -k 'another_run or rows or foreign or left'"
_LAYOUT = "tests/test_architecture.py -k keep_to"

MUTATIONS = (
    # What two runs must have in common.
    Mutation("identity: libraries", "planning/plan.py",
             "{name: importlib.metadata.version(name) for name in _LIBRARIES}", "{}", _PLAN),
    Mutation("identity: sources", "planning/plan.py",
             '"sources": source_digest()', '"sources": ""', _PLAN),
    Mutation("identity: schema", "planning/plan.py",
             '"schema_version": SCHEMA_VERSION', '"schema_version": 0', _PLAN),
    Mutation("identity: version of Python", "planning/plan.py",
             '"python": f"{sys.version_info.major}.{sys.version_info.minor}"', '"python": "3"',
             _PLAN),
    Mutation("identity: units", "planning/plan.py",
             '        "units": units_identity(unit.to_json() for unit in units),\n', "",
             "tests/planning/test_plan.py -k list_of_units"),
    Mutation("identity: contents of inputs", "planning/identity.py",
             "storage.content_digests(only, whole) if hashed", "[''] * len(only) if hashed",
             "tests/planning/test_plan.py -k 'named or samples_are'"),
    Mutation("identity: the last block of a sample", "storage/contents.py",
             "    yield size - length, length\n", "",
             "tests/planning/test_plan.py -k samples"),
    Mutation("identity: contents while reading", "planning/plan.py",
             'if now["content"] != planned[now["path"]]["content"]:', "if False:",
             "tests/pipelines/test_resume.py -k change_under_way"),
    # Publication and verification.
    Mutation("publish: documents in and out of a unit", "pipelines/publish.py",
             "_check_unit(before, after)", "pass",
             "tests/pipelines/test_publish.py"),
    Mutation("publish: removals found and applied", "pipelines/publish.py",
             "    _check_removals(workspace, counts)\n", "", "tests/pipelines/test_publish.py"),
    Mutation("verify: token counts", "inspection/verify_tokens.py",
             "parts = (addresses, lengths.astype(np.uint64)", "parts = (addresses, addresses",
             _VERIFY),
    Mutation("verify: places of documents in a shard", "inspection/verify_tokens.py",
             "place = mixed(offsets.astype(np.uint64))",
             "place = mixed(np.zeros(len(offsets), np.uint64))", _VERIFY),
    Mutation("verify: tokens in two splits", "inspection/verify_splits.py",
             "first < last", "first < first", "tests/pipelines/test_splits.py -k two_splits"),
    Mutation("verify: rows of a shard", "inspection/verify_tokens.py",
             '(entry["bytes"], entry["sha256"], entry["rows"])',
             '(entry["bytes"], entry["sha256"], listed[entry["path"]][2])', _VERIFY),
    Mutation("verify: hidden files", "inspection/verify.py",
             'for each in inside if f"{name}/{each}" not in known',
             'for each in inside if each[0] != "." and f"{name}/{each}" not in known', _VERIFY),
    Mutation("verify: ids of documents and ledger", "inspection/verify.py",
             '_COMPARED = ("unit", "row", "id", "drop_reason")',
             '_COMPARED = ("unit", "row", "drop_reason")', _VERIFY),
    Mutation("resume: damaged files", "workspace/state.py",
             "done &= self._unchanged({item: read[item] for item in done})", "pass",
             "tests/workspace/test_workspace.py"),
    Mutation("resume: later phases", "pipelines/phase_runner.py",
             "            self.workspace.forget(later)", "            pass",
             "tests/pipelines/test_resume.py -k later_phases"),
    # Who may import what.
    Mutation("layout: pipelines in stages", "stages/read.py",
             "from corpus_pipeline.workspace.units import", "import corpus_pipeline.cli.main\n"
             "from corpus_pipeline.workspace.units import", _LAYOUT),
    Mutation("layout: stages in engines", "engines/runners.py",
             '"""', '"""Wrong."""\nfrom corpus_pipeline.stages import read\n"""', _LAYOUT),
    Mutation("layout: pipelines in storage", "storage/retries.py",
             "    start = time.monotonic()\n    for wait",
             "    from corpus_pipeline.planning import plan\n    for wait", _LAYOUT),
    Mutation("layout: pipelines in schema", "schema.py",
             "import pyarrow as pa\n",
             "import pyarrow as pa\nimport corpus_pipeline.planning.plan\n",
             _LAYOUT),
    Mutation("layout: processes in filters", "filters/keywords/measures.py",
             "import dataclasses\n", "import dataclasses\nimport subprocess\n", _LAYOUT),
    # Sources.
    Mutation("sources: rows of a batch", "sources/records.py",
             " or len(self._rows) == MAX_ROWS", "", "tests/sources/test_records.py"),
    Mutation("sources: ids count as bytes", "sources/records.py",
             '        size += len(id or "") + len(url or "")\n', "",
             "tests/sources/test_records.py"),
    Mutation("sources: NULs are no UTF-8 text", "sources/records.py",
             'if b"\\0" not in content:', "if True:",
             "tests/sources/test_text_reader.py tests/sources/test_records.py"),
    Mutation("sources: mark at the beginning of a text", "sources/text.py",
             "content = content.removeprefix(_BOM)", "content = content[:]",
             "tests/sources/test_text_reader.py"),
    Mutation("sources: a text of the largest size", "sources/text.py",
             "too_large = len(content.removeprefix(_BOM)) > options",
             "too_large = len(content.removeprefix(_BOM)) >= options",
             "tests/sources/test_text_reader.py"),
    Mutation("plan: files of a unit", "planning/grouping.py",
             "len(held) == count", "len(held) == -1",
             "tests/planning/test_plan.py -k bound_their_files"),
    # Extraction.
    Mutation("extract: share of bad characters", "extract/documents.py",
             "if decoded.bad > exact_threshold(", "if decoded.bad >= exact_threshold(", _DOCUMENTS),
    Mutation("extract: a page of the largest size", "extract/documents.py",
             "if len(data) > options.max_raw_bytes:", "if len(data) >= options.max_raw_bytes:",
             _DOCUMENTS),
    Mutation("extract: steps of a parser", "extract/documents.py",
             "if steps > options.max_parser_steps:", "if steps >= options.max_parser_steps:",
             _DOCUMENTS),
    Mutation("extract: damage that markup has hidden", "extract/documents.py",
             "return pc.greater(pc.multiply(bad", "return pc.greater_equal(pc.multiply(bad",
             _DOCUMENTS),
    # Filters.
    Mutation("keywords: hits at the limit", "filters/keywords/measures.py",
             "hits > rules.max_hits", "hits >= rules.max_hits", _KEYWORDS),
    Mutation("keywords: density at the limit", "filters/keywords/measures.py",
             "1000 * hits * density.denominator > density",
             "1000 * hits * density.denominator >= density", _KEYWORDS),
    Mutation("keywords: dense from", "filters/keywords/measures.py",
             "hits >= rules.dense_from_hits", "hits > rules.dense_from_hits", _KEYWORDS),
    Mutation("language: cut-offs by language", "filters/language/measures.py",
             "return self.cut_offs.get(label, DEFAULT_MIN_SCORE)", "return DEFAULT_MIN_SCORE",
             "tests/filters/test_language.py tests/filters/test_language_cutoffs.py"),
    Mutation("language: the likelier branch is left out", "filters/fasttext/labels.py",
             "        if chance < least or (", "        if chance > 0.9 or (",
             "tests/filters/test_language.py -k library"),
    Mutation("language: windows that disagree", "filters/language/judging.py",
             "products[at] += weights[window] * log(", "products[at] += log(",
             "tests/filters/test_language.py -k letters"),
    Mutation("fastText: a word that was met", "filters/fasttext/rows.py",
             "data[first + same] == data[begin + same]", "True", "tests/filters/fasttext"),
    # Deduplication.
    Mutation("contamination: coverage at the limit", "dedup/contamination.py",
             "covered = found.bits * 10**6 >= least * total",
             "covered = found.bits * 10**6 > least * total", "tests/dedup/test_contamination.py"),
    Mutation("contamination: coverage at the limit of a quotation",
             "dedup/contamination_verdicts.py",
             "* 10**6 >= index.options.coverage_millionths * total",
             "* 10**6 > index.options.coverage_millionths * total",
             "tests/dedup/test_contamination.py tests/dedup/test_contamination_sets.py"),
    Mutation("contamination: documents of a quotation", "dedup/contamination_verdicts.py",
             "np.diff(borders) > max_documents", "np.diff(borders) >= max_documents + 2",
             "tests/dedup/test_contamination.py tests/dedup/test_contamination_sets.py"),
    Mutation("dedup: a document without a hash", "dedup/survivors.py",
             "first[np.asarray(content_hashes.is_null(), np.bool_)] = 0xFFFFFFFF",
             "first[np.asarray(content_hashes.is_null(), np.bool_)] = 0",
             "tests/dedup/test_survivors.py"),
    Mutation("dedup: order of removals", "dedup/exact.py",
             "by_address = np.argsort(removed[:count])", "by_address = np.arange(count)",
             "tests/dedup/test_exact.py"),
    Mutation("dedup: similarity at the threshold", "dedup/verification.py",
             "needed = -(-(size_1 + size_2) * least.numerator // total)",
             "needed = (size_1 + size_2) * least.numerator // total + 1",
             "tests/dedup/test_verification.py"),
    Mutation("dedup: pairs that were looked at", "dedup/verification.py",
             "goes_on = (sizes > 1) & (fresh_left > 0)", "goes_on = sizes > 1",
             "tests/dedup/test_verification.py"),
    Mutation("addresses: the priority comes before what is preferred", "dedup/exact.py",
             "np.lexsort((addresses, ranks, preferences, priorities, hash_b, hash_a))",
             "np.lexsort((addresses, ranks, priorities, preferences, hash_b, hash_a))",
             "tests/dedup/test_matches.py -k 'newest or dict'"),
    Mutation("addresses: both halves of the hash", "dedup/matches.py",
             '"second": halves[1::2]', '"second": halves[::2]',
             "tests/dedup/test_matches.py -k both_halves"),
    Mutation("addresses: documents without one", "dedup/matches.py",
             "pc.greater(pc.binary_length(urls), 0)", "pc.greater(pc.binary_length(urls), -1)",
             "tests/dedup/test_matches.py -k one_address"),
    Mutation("strings: an anchor that follows itself", "dedup/anchors.py",
             "side_by_side <= 2 or here - told > size - gram", "side_by_side <= 2",
             "tests/dedup/test_repeats.py -k 'as_many or not_more'"),
    Mutation("strings: the keeper is that of the least rank", "dedup/repeats.py",
             "np.lexsort((runs.starts, addresses, ranks))",
             "np.lexsort((runs.starts, ranks, addresses))",
             "tests/dedup/test_repeats.py -k rank"),
    Mutation("strings: what a keeper needs stays", "dedup/repeats.py",
             "goes = 0 < covering < np.int64(1) << np.int64(32)", "goes = 0 < covering",
             "tests/dedup/test_repeats.py -k 'dictionary or what_is_cut'"),
    Mutation("strings: characters are whole", "dedup/repeats.py",
             "while start < end and data[base + start] & 0xC0 == 0x80:",
             "while start < end and data[base + start] & 0xC0 == 0xFF:",
             "tests/dedup/test_repeats.py -k 'dictionary or what_is_cut'"),
    Mutation("units: an empty line", "dedup/units.py",
             '"paragraph": 2}', '"paragraph": 1}', "tests/dedup/test_units.py"),
    Mutation("sentences: copies in few documents", "dedup/sentences.py",
             "minlength=1) >= options.min_documents", "minlength=1) > options.min_documents",
             "tests/dedup/test_units.py tests/dedup/test_sentence_dedup.py"),
    Mutation("sentences: none of the copies stays", "dedup/sentences.py",
             '    if options.keep == "none":\n', "    if False:\n",
             "tests/dedup/test_units.py tests/dedup/test_sentence_dedup.py"),
    Mutation("paragraphs: at the threshold", "dedup/paragraphs.py",
             "goes = counts * limit.denominator > found.ngrams",
             "goes = counts * limit.denominator >= found.ngrams",
             "tests/dedup/test_paragraphs.py -k dictionary"),
    Mutation("paragraphs: the first is that of the least rank", "dedup/paragraphs.py",
             "np.lexsort((runs.paragraphs, addresses, ranks))",
             "np.lexsort((runs.paragraphs, ranks, addresses))",
             "tests/dedup/test_paragraphs.py -k rank"),
    Mutation("paragraphs: repeats within one", "dedup/paragraphs.py",
             "paragraphs[grouped][paragraphs[grouped] != first]",
             "np.delete(paragraphs[grouped], begins)",
             "tests/dedup/test_paragraphs.py -k 'what_is_cut or dictionary'"),
    Mutation("paragraphs: short ones as a whole", "dedup/ngrams.py",
             "short = (lengths >= options.min_ngram)", "short = (lengths > options.min_ngram)",
             "tests/dedup/test_paragraphs.py -k min_ngram"),
    Mutation("second look: all cuts of a file", "dedup/blocks.py",
             "range(partition, reader.num_record_batches, partitions)", "[partition]",
             "tests/dedup/test_blocks.py -k cuts"),
    Mutation("second look: as many partitions as windows need", "planning/sizing.py",
             "max(partitions, math.ceil(found_bytes / match_bytes))", "partitions",
             "tests/pipelines/test_parts.py -k another_cut"),
    # Scrubbing.
    Mutation("scrub: identifiers are no telephone numbers", "scrub/numbers.py",
             "        text = cover(text, [piece.to_characters(finding) for finding in near])\n",
             "        pass\n", "tests/scrub/test_numbers.py"),
    Mutation("scrub: check digit of a card", "scrub/checksums.py",
             "total += value - 9 if value > 9 else value",
             "total += value - 9 if value > 10 else value", "tests/scrub/test_checksums.py"),
    Mutation("scrub: private addresses", "scrub/numbers.py",
             "    if keep_private_ips:\n", "    if True:\n", "tests/scrub/test_numbers.py"),
    Mutation("scrub: counts of a document without text", "scrub/scrubbing.py",
             "pa.array(column, pa.int32(), mask=nulls)", "pa.array(column, pa.int32())",
             "tests/scrub/test_scrubbing.py"),
    Mutation("scrub: what is kept does not count", "scrub/scrubbing.py",
             "choice.action != KEEP for choice in choices", "True for choice in choices",
             "tests/scrub/test_scrubbing.py"),
    Mutation("scrub: places in the text after", "scrub/scrubbing.py",
             "starts[index], now[index] = seen, seen + shift",
             "starts[index], now[index] = seen, seen",
             "tests/scrub/test_scrubbing.py"),
    Mutation("scrub: of two that cross the surer stays whole", "scrub/spans.py",
             "key=lambda i: (-TABLE[outer[i][3]].certainty, ", "key=lambda i: (",
             "tests/scrub/test_spans.py"),
    Mutation("scrub: a surrogate fails its check digit", "scrub/surrogates.py",
             "_other_last_digit(made) if self._is_found(made, entity) else made", "made",
             "tests/scrub/test_surrogates.py"),
    Mutation("scrub: dropped documents keep no raw bytes", "scrub/step.py",
             'columns["raw"] = pa.nulls(', 'columns["_"] = pa.nulls(',
             "tests/scrub/test_scrub_step.py"),
    Mutation("splits: the last key of a share", "tokens/splits.py",
             "keys <= np.uint64(high - 1)", "keys < np.uint64(high - 1)",
             "tests/tokens/test_keys_splits.py"),
    Mutation("splits: one chance for everything", "tokens/keys.py",
             'f"{purpose}/{seed}"', 'f"{seed}"', "tests/tokens/test_keys_splits.py"),
    Mutation("shards: documents without tokens at the end", "tokens/cutting.py",
             "stop, high = len(starts), _ALL_KEYS", "pass",
             "tests/tokens/test_runs_cutting.py"),
    Mutation("shards: a document longer than a shard", "tokens/cutting.py",
             "total // max(1, longest)", "total",
             "tests/tokens/test_runs_cutting.py"),
    Mutation("ledger: places that are missing", "stages/ledger.py",
             'if not np.array_equal(rows, np.sort(kept["row"].to_numpy())):', "if False:",
             "tests/stages/test_shards_and_ledger.py"),
    Mutation("mixtures: epochs of all stages together", "mixtures/allocation.py",
             "used[name] > available[name]", "tokens[name] > available[name]",
             "tests/mixtures/test_allocation.py"),
    Mutation("mixtures: the document that does not fit", "mixtures/choice.py",
             "[most + 1]", "[most]", "tests/mixtures/test_choice.py"),
    Mutation("mixtures: copies far apart", "mixtures/choice.py",
             "first[1:] != first[:-1] + size[:-1]", "first[1:] < 0",
             "tests/mixtures/test_choice.py"),
    Mutation("mixtures: chains of copies", "mixtures/clusters.py",
             "np.where(gone, survivor[place], survivor)", "survivor",
             "tests/mixtures/test_clusters.py"),
    Mutation("quality: docstrings in brackets", "filters/quality/program_counts.py",
             "                        and brackets == 0\n", "",
             "tests/filters/quality/test_code_measures.py -k comments_by_language"),
    Mutation("quality: eight bytes are a run", "filters/quality/code_counts.py",
             "if found >= _LEAST_BYTES:", "if found > _LEAST_BYTES:",
             "tests/filters/quality/test_code_measures.py -k test_encoded_data"),
    Mutation("quality: sections of programming languages", "filters/quality/rules.py",
             "for name in (code_language, language_type(code_language)):",
             "for name in (language_type(code_language),):",
             "tests/filters/quality/test_code_measures.py -k rules_by_programming"),
    Mutation("quality: blanks that prose leaves out", "filters/quality/measures.py",
             "for values in count_white_space(texts)]", "for values in counts[:3]]",
             "tests/filters/quality/test_quality_rules.py -k white_space"),
    Mutation("extract: a run ends with its line", "extract/normalise.py",
             "                    o = solid\n                    blanks = 0\n",
             "                    o = solid\n", "tests/extract/test_normalise.py"),
    Mutation("tokens: the largest id", "tokens/index.py",
             "if largest >= index.vocab_size:", "if largest > index.vocab_size:",
             "tests/tokens/test_index.py"),
    Mutation("tokens: a cut behind anything", "tokens/cuts.py",
             "    return _is_letter(data, j, ranges)\n", "    return True\n",
             "tests/tokens/test_cuts.py -k ids_of_cut"),
    Mutation("tokens: a look ahead behind a letter", "tokens/pattern_proof.py",
             "return reader.looks[after] or bool(", "return bool(",
             "tests/tokens/test_cuts.py -k against_what"),
    Mutation("tokens: a repetition of two", "tokens/pattern_proof.py",
             "self.repeated[position] |= least > 1", "pass",
             "tests/tokens/test_cuts.py -k proof_of_each"),
    Mutation("tokens: Metaspace behind another step", "tokens/cuts.py",
             "not (alone and known)", "not known", "tests/tokens/test_cuts.py -k stay_whole"),
    Mutation("tokens: steps that gigatoken passes over", "tokens/engines.py",
             "if not _has_known_steps(definition):", "if False:",
             "tests/tokens/test_control_tokens.py -k ways_to_cut"),
    Mutation("tokens: a document larger than the quota", "tokens/weighted_sample.py",
             "each[:, each[1] <= quotas[name]]", "each", "tests/tokens/test_weighted_sample.py"),
    Mutation("tokens: a blank at a cut", "tokens/cuts.py",
             "Cuts(before, _check(definition, controls, before).added, \"\")",
             "Cuts(before, not _check(definition, controls, before), \"\")",
             "tests/tokens/test_cuts.py -k sentencepiece"),
    Mutation("tokens: all pairs of a token", "tokens/tiktoken_files.py",
             "return sorted(found, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))",
             "return sorted(found)[:1]", "tests/tokens/test_foreign.py -k tiktoken"),
    Mutation("tokens: seed of the sample", "tokens/weighted_sample.py",
             "mix(seed + np.uint64(1))", "np.uint64(1)", "tests/tokens/test_weighted_sample.py"),
    Mutation("tokens: digest in capitals", "tokens/encode.py",
             "digest != sha256.lower()", "digest != sha256", "tests/tokens/test_encode.py"),
    Mutation("tokens: end of a text that is null", "tokens/encode.py",
             "ends = texts.is_valid().to_numpy(zero_copy_only=False)", "pass",
             "tests/tokens/test_encode.py"),
    Mutation("loader: padding is a segment", "loader/batch.py",
             "np.concatenate([rows, self.joins + 1, padding])",
             "np.concatenate([rows, self.joins + 1])", "tests/loader/test_batch.py"),
    Mutation("loader: a short sequence has no last target", "loader/batch.py",
             "max(int(self.sizes[row]) - 1, 0)", "int(self.sizes[row])",
             "tests/loader/test_batch.py"),
    Mutation("loader: a state of other data", "loader/sequences.py",
             "if saved.fingerprint != self.fingerprint:", "if False:",
             "tests/loader/test_sequences.py"),
    Mutation("loader: a state of other options", "loader/sequences.py",
             "if options != self.options:", "if False:", "tests/loader/test_sequences.py"),
    Mutation("loader: a second pass", "loader/sequences.py",
             "self._pass, self._step = self._pass + 1, 0", "pass",
             "tests/loader/test_sequences.py"),
    Mutation("loader: places of another pass", "loader/sequences.py",
             "or ahead.number != self._pass", "or False", "tests/loader/test_sequences.py"),
    Mutation("loader: a short last window", "loader/layouts.py",
             "return -(-tokens // self._length)", "return tokens // self._length",
             "tests/loader/test_sequences.py"),
    Mutation("loader: a target is one token further", "loader/layouts.py",
             "self._pieces(places + 1, sizes)", "self._pieces(places, sizes)",
             "tests/loader/test_sequences.py"),
    Mutation("loader: a length that changes leaves the rest", "loader/legs.py",
             "left[c] -= tokens", "left[c] = 0", "tests/loader/test_sequences.py"),
    Mutation("loader: components have orders of their own", "loader/legs.py",
             "seeds = [_seed(options.seed, name) for name in names]",
             "seeds = [options.seed for _ in names]", "tests/loader/test_sequences.py"),
    Mutation("loader: epochs follow one another in a block", "loader/interleaving.py",
             'shuffled[np.argsort(components[order], kind="stable")] = windows',
             "shuffled = windows[order]", "tests/loader/test_sequences.py"),
    Mutation("loader: the latest of too many windows go", "loader/interleaving.py",
             "latest = [(-self._time(c, n - 1), -c)", "latest = [(self._time(c, n - 1), -c)",
             "tests/loader/test_interleaving.py"),
    Mutation("loader: the last document of a group", "loader/packing.py",
             "yield before, np.append(before[1:], stream.tokens)",
             "yield before, np.append(before[1:], stream.tokens - 1)",
             "tests/loader/test_packing.py"),
    Mutation("loader: the best bin is the fullest", "loader/best_fit.py",
             "node = 2 * node if counts[2 * node] else 2 * node + 1",
             "node = 2 * node + 1 if counts[2 * node + 1] else 2 * node",
             "tests/loader/test_best_fit.py"),
    Mutation("loader: a document that is turned keeps its end", "loader/objectives.py",
             "                    end -= 1\n", "                    pass\n",
             "tests/loader/test_objectives.py"),
    Mutation("loader: chance is of the sample", "loader/chance.py",
             "values = mixed(samples.astype(np.uint64) ^ first)",
             "values = mixed(samples.astype(np.uint64) * 0 ^ first)",
             "tests/loader/test_objectives.py"),
    Mutation("loader: remote shards are not told of what comes next", "loader/sequences.py",
             "            self._fetch_ahead(first)\n", "            pass\n",
             "tests/loader/test_remote.py"),
    Mutation("loader: a flipped byte of a remote shard", "storage/file_cache.py",
             "!= (wanted.size, wanted.sha256)", "!= (size, digest.hexdigest())",
             "tests/storage/test_file_cache.py"),
    Mutation("loader: the newest copies go first", "storage/file_cache.py",
             "in sorted(found):", "in sorted(found, reverse=True):",
             "tests/storage/test_file_cache.py"),
    Mutation("loader: two processes fetch one shard", "storage/file_cache.py",
             "            byte = int(sha256[:15], 16)\n", "            byte = os.getpid()\n",
             "tests/storage/test_file_cache.py -k share"),
    Mutation("loader: seed of the order", "loader/order.py",
             "_splitmix64(_splitmix64(seed & _MASK) ^ epoch)", "_splitmix64(seed & _MASK)",
             "tests/loader/test_order.py"),
    Mutation("loader: blocks are permuted", "loader/order.py",
             "blocks = self._blocks(inside // self._block)", "blocks = inside // self._block",
             "tests/loader/test_order.py"),
    # Exports.
    Mutation("exports: documents without tokens", "exports/documents.py",
             "    if not lengths.all():\n", "    if False:\n",
             "tests/exports/test_exported_documents.py"),
    Mutation("exports: a part that begins within a segment", "exports/documents.py",
             "token = tokens[first:last] + begins - places[first:last]",
             "token = tokens[first:last].copy()", "tests/exports/test_exported_documents.py"),
    Mutation("exports: a file that is just full", "exports/documents.py",
             "limit = _SEARCHED, at + most + 1", "limit = _SEARCHED, at + most",
             "tests/exports/test_exported_documents.py"),
    Mutation("exports: types of Megatron", "exports/megatron.py",
             "vocab_size < _SMALL_VOCABULARY", "vocab_size <= _SMALL_VOCABULARY",
             "tests/exports/test_formats.py -k test_megatron"),
    Mutation("exports: where a sequence of Megatron begins", "exports/megatron.py",
             "begin = int(ends[-1])", "pass", "tests/exports/test_formats.py -k test_megatron"),
    Mutation("exports: padding", "exports/series.py",
             "-(-self.stream.tokens // length) * length", "self.stream.tokens // length * length",
             "tests/exports/test_formats.py -k test_mds"),
    Mutation("exports: examples of unequal length", "exports/hf.py",
             "wanted * sum(part.documents for part in train[name]) / tokens_of(train[name])",
             "wanted",
             "tests/exports/test_formats.py -k draws_examples"),
    Mutation("exports: seed of a mixture", "exports/series.py",
             "batch_size=rows, seed=seed", "batch_size=rows, seed=0",
             "tests/exports/test_formats.py -k as_the_loader"),
    Mutation("exports: another request", "exports/target.py",
             "before != self.request and not overwrite", "False",
             "tests/exports/test_stopped_exports.py -k refused"),
    Mutation("exports: a part whose file is gone", "exports/target.py",
             "return part if there else None", "return part",
             "tests/exports/test_stopped_exports.py -k not_written_again"),
    Mutation("exports: a file is noted before it is written", "exports/exporter.py",
             "        self._announce(path)\n", "",
             "tests/exports/test_overwritten_exports.py -k any_moment"),
    Mutation("exports: what is thrown away is noted", "exports/target.py",
             "            if name != _OLD:\n", "            if True:\n",
             "tests/exports/test_overwritten_exports.py -k any_moment"),
    Mutation("exports: a complete export without a file", "exports/target.py",
             "                self._compare_sizes(complete)\n", "",
             "tests/exports/test_overwritten_exports.py -k one_of_its_files"),
    Mutation("exports: a file of two parts", "exports/target.py",
             "        if first != owner:\n", "        if False:\n",
             "tests/exports/test_known.py -k two_parts"),
    Mutation("exports: versions of llm.c", "exports/nanogpt.py",
             "(20240801, 7)", "(20240801, 1)",
             "tests/exports/test_formats.py -k modded_nanogpt"),
    Mutation("exports: who still writes", "exports/run.py",
             "        stopped.set()\n        pool.shutdown(cancel_futures=True)\n",
             "        pool.shutdown(wait=False, cancel_futures=True)\n",
             "tests/exports/test_stopped_exports.py -k any_file"),
    Mutation("exports: an exporter that skips documents", "exports/run.py",
             "if part.counted is None:", "if False:", "tests/exports/test_known.py"),
    Mutation("exports: files of others", "exports/verify.py",
             "    yield from _foreign(target, listed)\n", "", "tests/exports/test_verify.py"),
    # Storage.
    Mutation("storage: a file is synced before it is renamed", "storage/files.py",
             "        os.fsync(self.file.fileno())\n", "", "tests/storage/test_storage.py"),
    Mutation("storage: a rename is synced", "storage/files.py",
             "        _sync_folder(self._target.parent)\n", "", "tests/storage/test_storage.py"),
    Mutation("storage: hidden inputs", "storage/inputs.py",
             "sorted(name for name in os.listdir(path) if not _is_passed_over(name))",
             "sorted(os.listdir(path))", "tests/storage/test_storage.py"),
    Mutation("storage: the output is no input", "storage/inputs.py",
             "if excluded is not None and os.path.realpath(name).startswith(excluded):",
             "if False:", "tests/storage/test_storage.py"),
    Mutation("storage: a lost attempt", "storage/files.py",
             "        self._temporary.unlink(missing_ok=True)", "        pass",
             "tests/storage/test_storage.py"),
    Mutation("storage: an upload that arrives short", "storage/files.py",
             "        if stored != size:\n", "        if False:\n",
             "tests/storage/test_storage.py"),
    # What is said.
    Mutation("redaction: users", "redaction.py",
             '    if "@" in host:\n', "    if False:\n",
             "tests/security/test_secrets.py -k address"),
    Mutation("redaction: values of queries", "redaction.py",
             'rest = before + mark + (HIDDEN if after else "")', "pass",
             "tests/security/test_secrets.py -k address"),
    Mutation("redaction: remembered values", "redaction.py",
             "        text = text.replace(value, HIDDEN)", "        pass",
             "tests/security/test_secrets.py -k tracebacks"),
    Mutation("engines: the place in Beam's graph", "engines/engine.py",
             'return type(error)(_BEAM_SUFFIX.sub("", str(error)))',
             "return type(error)(str(error))", "tests/engines/test_job.py"),
    Mutation("engines: messages of libraries", "engines/engine.py",
             'return f"{type(error).__name__}{at}; please', 'return f"{error!r}{at}; please',
             "tests/engines/test_direct.py -k defect"),
    # Stages.
    Mutation("stages: batches of a unit that did not come", "stages/writing.py",
             "        if batches != self._expected:\n", "        if False:\n",
             "tests/stages/test_writing.py"),
    Mutation("stages: pages without text are no duplicates", "dedup/matches.py",
             "there = documents.texts.is_valid()",
             "there = pa.array([True] * len(documents.texts))", "tests/stages/test_writing.py"),
    Mutation("stages: a job of a run that was thrown away", "stages/writing.py",
             "        self.workspace.refuse_thrown_away()\n", "", "tests/stages/test_writing.py"),
    Mutation("stages: the first reason stays", "stages/dedup.py",
             "add_failures(batch, {reason: found & _living(batch)})",
             "add_failures(batch, {reason: found})", "tests/stages/test_map_stages.py"),
    # What is told of a run that goes on.
    Mutation("progress: a copy counts once", "workspace/tally.py",
             "if reason not in _FOUND_REASONS:", "if True:", "tests/workspace/test_tally.py"),
    Mutation("progress: an item counts once", "pipelines/phase_runner.py",
             "if manifest.item not in self.known:", "if True:",
             "tests/pipelines/test_progress.py -k looked"),
    Mutation("progress: the pace of this run", "planning/remaining.py",
             "(took + prior) / (done + prior)", "1.0", "tests/cli/test_live_view.py -k pace"),
    Mutation("progress: no command throws away what is done", "cli/watching.py",
             "if not (begun and word == _OVERWRITE)", "if True",
             "tests/cli/test_interrupts.py -k throws"),
    # The page of a run.
    Mutation("report: text that is markup", "report/page.py",
             'return re.sub("[<>&\\u2028\\u2029]", lambda found: _UNSAFE[found[0]], text)',
             "return text", "tests/report/test_page.py -k ends_nothing"),
    Mutation("report: rows without a value", "report/histograms.py",
             "self.without += int(len(values) - there.sum())", "pass",
             "tests/report/test_figures.py -k every_document"),
    Mutation("report: languages with figures of their own", "report/deciding.py",
             "(found if found in separate else None) != language", "False",
             "tests/report/test_preview.py -k whatif"),
    Mutation("report: a value equal to its threshold passes", "report/page_files/deciding.js",
             "lower ? isLess(count, left, right, whole)",
             "lower ? !isLess(right, whole, count, left)",
             "tests/report/test_preview.py -k whatif"),
)  # fmt: skip


def occurrences(mutation: Mutation) -> int:
    """Says how often a change can be made; it must be once."""
    return (ROOT / PACKAGE / mutation.file).read_text("utf-8").count(mutation.old)


def copied(folder: Path) -> Path:
    """Copies what the tests need of the project."""
    for name in (PACKAGE, "tests", "docs", "tools", "examples", "benchmarks"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for path in ROOT.glob("*.*"):
        if path.is_file():
            shutil.copy(path, folder)
    return folder


def tested(project: Path, tests: str) -> subprocess.CompletedProcess[str]:
    """Runs tests in a copy of the project."""
    environment = os.environ | {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    command = f"{sys.executable} -m pytest -x -q -p no:cacheprovider {tests}"
    return subprocess.run(
        command, shell=True, cwd=project, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def tried(project: Path, mutation: Mutation) -> str:
    """Makes one change, runs its tests and takes it back; returns what became of it."""
    path = project / PACKAGE / mutation.file
    source = path.read_text("utf-8")
    if source.count(mutation.old) < 1:
        return "CANNOT BE MADE"
    path.write_text(source.replace(mutation.old, mutation.new, 1), "utf-8")
    try:
        done = tested(project, mutation.tests)
    finally:
        path.write_text(source, "utf-8")
    if done.returncode == 0:
        return "SURVIVED"
    if done.returncode == 1:
        return "killed"
    return f"NO TEST RAN ({done.returncode}): {(done.stdout + done.stderr).strip()[-300:]}"


def main(words: Iterable[str], check: bool) -> int:
    """Tries changes; returns how many were not seen."""
    wanted = [each for each in MUTATIONS if not words or any(word in each.name for word in words)]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder) / "project")
        for tests in sorted({each.tests for each in wanted}) if check else ():
            done = tested(project, tests)
            if done.returncode != 0:
                print(f"{tests}: fails without any change", flush=True)
                failures += 1
        for mutation in wanted:
            outcome = tried(project, mutation)
            failures += outcome != "killed"
            print(f"{mutation.name:50} {outcome}", flush=True)
    print(f"{len(wanted)} changes, {failures} failures")
    return failures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="try those whose names hold one of them")
    parser.add_argument("--no-check", action="store_true", help="trust that the tests pass now")
    arguments = parser.parse_args()
    sys.exit(main(arguments.words, not arguments.no_check) > 0)
