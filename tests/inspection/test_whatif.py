"""`corpus whatif`: what it says of a run is what a run by these rules decides."""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import Corpus, Runner

from corpus_pipeline.config.config import build_config, read_sections
from corpus_pipeline.config.run_flow import RunFlow, run_flow
from corpus_pipeline.errors import ConfigError, VerifyError
from corpus_pipeline.inspection.changed_rules import ChangedRules, change_rules
from corpus_pipeline.inspection.redeciding import Redecided, Redeciding
from corpus_pipeline.inspection.settings import Settings
from corpus_pipeline.inspection.whatif import Fate, what_if
from corpus_pipeline.workspace.run_file import read_run

Reasons = dict[str, list[str]]


def again(run: Mapping[str, Any]) -> ChangedRules:
    """The rules of a run in place of its own, all of them decided anew."""
    flows = [run_flow(build_config({**run["config"], "output": "-"}, "-")) for _ in range(2)]
    titles = frozenset(step.title for step in flows[0].steps if step.judged_by)
    return ChangedRules(flows[0], flows[1], titles, (), (), Settings({}, "-"))


def redecided(output: Path, rules: ChangedRules) -> list[Redecided]:
    return list(Redeciding(output, rules).batches())


def early(flow: RunFlow, first_pass: bool = False) -> set[str]:
    """Reasons of the steps before dedup, or before the first step that looks at the whole run."""
    found: set[str] = set()
    for step in flow.steps:
        if step.compares or (first_pass and step.gathers):
            break
        found.update(step.all_reasons())
    return found


def addresses(batch: Redecided) -> list[str]:
    rows = batch.rows
    return [
        f"{u}:{r}" for u, r in zip(*(rows[n].to_pylist() for n in ("unit", "row")), strict=True)
    ]


def told(batches: Sequence[Redecided]) -> Reasons:
    """Address -> the rules that a document would fail, those left out that cannot be told."""
    return {
        address: [name for name, fails in zip(batch.reasons, row, strict=True) if fails]
        for batch in batches
        for address, row, untold in zip(addresses(batch), batch.after, batch.untold, strict=True)
        if not untold
    }


def stored(output: Path) -> Reasons:
    rows = corpora.rows(output / "ledger")
    return {f"{row['unit']}:{row['row']}": row["reasons"] or [] for row in rows}


def of(reasons: Reasons, wanted: set[str]) -> Reasons:
    return {address: [each for each in mine if each in wanted] for address, mine in reasons.items()}


def assert_exact(before: Path, after: Path, sets: Sequence[str], untold: int = 0) -> None:
    """What is said of a run is what another run with these settings does, as far as dedup."""
    rules = change_rules(read_run(before), sets)
    batches = redecided(before, rules)
    found, real = told(batches), stored(after)
    unseen = {a for b in batches for a, each in zip(addresses(b), b.unseen, strict=True) if each}
    for some, wanted in (
        (found.keys() - unseen, early(rules.after)),
        (unseen, early(rules.before, first_pass=True)),
    ):
        assert of({a: found[a] for a in some}, wanted) == of({a: real[a] for a in some}, wanted)
    assert len(real) - len(found) == untold
    every = early(rules.before) | early(rules.after)
    assert of(found, every) != of(stored(before), every), "the settings change nothing"


def test_the_rules_of_a_run_decide_as_they_did(finished: Path) -> None:
    for batch in redecided(finished, again(read_run(finished))):
        assert (batch.before == batch.after).all()
        assert not batch.unseen.any()
        assert not batch.untold.any()


@pytest.mark.parametrize(
    ("sets", "changes"),
    [
        (["language.min_score=1"], {"language": {"min_score": 1.0}}),
        (["language.keep=[zh, fr]"], {"language": {"keep": ["zh", "fr"]}}),
        (
            ["language.min_score_by_language.zh=.9999", "keywords.max_hits=0"],
            {"language": {"min_score_by_language": {"zh": 0.9999}}, "keywords": {"max_hits": 0}},
        ),
        (["keywords.max_hits_per_1000_chars=1", "keywords.max_hits=null"],
         {"keywords": {"max_hits_per_1000_chars": 1.0, "max_hits": None}}),
        (["perplexity.max_perplexity.en=100"], {"perplexity": {"max_perplexity": {"en": 100.0}}}),
        (["quality.enabled=false"], {"quality": {"enabled": False}}),
        (["quality.profile=gopher"], None),
        (["where.drop=words > 60 and lang == 'zh'"],
         {"where": {"drop": "words > 60 and lang == 'zh'"}}),
        (["inputs.articles.skip=[keywords]"], None),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip
def test_other_thresholds_drop_what_a_run_with_them_drops(
    run_here: Runner, inputs: Path, finished: Path, tmp_path: Path, sets: list[str],
    changes: dict[str, Any] | None,
) -> None:  # fmt: skip
    settings = corpora.settings(inputs, tmp_path / "out", **(changes or {}))
    if sets == ["quality.profile=gopher"]:
        with pytest.raises(ConfigError, match="measures other parts of texts"):
            change_rules(read_run(finished), sets)
        return
    for each in settings["inputs"]:
        if sets[0].startswith("inputs.articles") and each["source"] == "articles":
            each["skip"] = ["keywords"]
    run_here(settings)
    assert_exact(finished, tmp_path / "out", sets)


def test_what_is_written_is_what_was_tried(
    corpus: Corpus, run_here: Runner, inputs: Path, finished: Path, tmp_path: Path
) -> None:
    """Rules of the profile, for all languages, for one and for one source; and a section."""
    sets = [
        "quality.gopher_min_words=90", "quality.zh.gopher_min_words=150",
        "inputs.code.quality.code_min_lines=30", "perplexity.max_perplexity={en: 300}",
    ]  # fmt: skip
    file = tmp_path / "rules.yaml"
    given = [part for each in sets for part in ("--set", each)]
    code, out, err = corpus("whatif", finished, *given, "--write", file)
    assert (code, err) == (0, "")
    assert f"{file}: written" in out
    settings = corpora.settings(inputs, tmp_path / "out", **read_sections(file))
    for each in settings["inputs"]:
        if each["source"] == "code":
            each["quality_profile"] = str(tmp_path / "rules-code.yaml")
    run_here(settings)
    assert_exact(finished, tmp_path / "out", sets)
    said = {each["key"]: (each["before"], each["after"]) for each in asked(corpus, finished, sets)[
        "settings"]}  # fmt: skip
    assert said["quality.zh.gopher_min_words"] == (80, 150)
    assert said["inputs.code.quality.code_min_lines"][1] == 30
    assert corpus("whatif", finished, *given, "--write", file).err.endswith(
        "exists; name another one, or --overwrite to replace it\n"
    )
    assert corpus("whatif", finished, *given, "--write", file, "--overwrite").code == 0
    # The file says the same to `whatif` as the settings that it was made of.
    by_file = asked(corpus, finished, [sets[2]], "--config", file)
    assert by_file["fates"] == asked(corpus, finished, sets)["fates"]


def test_a_file_of_sections_leaves_the_rest_as_the_run_had_it(
    finished: Path, tmp_path: Path
) -> None:
    """Whole mappings of a key are one value."""
    file = tmp_path / "some.yaml"
    file.write_text("language: {min_score: 0.9}\nperplexity: {max_perplexity: {en: 3}}\n")
    run = read_run(finished)
    run["config"]["language"]["keep"] = ["en"]
    run["config"]["perplexity"]["max_perplexity"] = {"en": 5.0, "zh": 7.0}
    sets = ["language.min_score=0.9", "perplexity.max_perplexity={en: 3}"]
    by_sets = change_rules(run, sets).settings.content
    by_file = change_rules(run, [], file).settings.content
    assert by_file == by_sets
    assert by_file["language"]["keep"] == ["en"]


def asked(corpus: Corpus, output: Path, sets: Sequence[str], *more: object) -> dict[str, Any]:
    given = [part for each in sets for part in ("--set", each)]
    code, out, err = corpus("whatif", output, *given, *more, "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    assert sum(found["fates"].values()) == found["documents"]
    assert sum(each["documents"] for each in found["groups"]) == found["documents"]
    return found


#: A flow whose order is another one: a step twice, conditions, a look at the whole run, fates that
#: expressions read.
LISTED: dict[str, Any] = {
    "steps": [
        "extract",
        "language",
        "quality",
        {"classifier": {"column": "words", "keep_top": 0.8, "by": ["language"],
                        "min_documents": 1}},
        {"where": {"rules": {"twice": 'has_reason("language-not-kept") and words > 3'}}},
        {"quality": {"profile": "gopher"}, "label": "strict",
         "when": 'lang == "en" and words > 20'},
        "dedup",
    ]
}  # fmt: skip


def listed(folder: Path, output: Path, **changes: Any) -> dict[str, Any]:
    settings = corpora.settings(folder, output, **changes)
    for name in ("keywords", "perplexity", "scrub", "tokenize"):
        settings.pop(name, None)
    settings["inputs"][3]["skip"] = ["language"]
    return settings | {"steps": changes.get("steps", LISTED["steps"])}


def test_shares_labels_and_conditions(run_here: Runner, inputs: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    run_here(listed(inputs, before))
    for batch in redecided(before, again(read_run(before))):
        assert (batch.before == batch.after).all()
        assert not batch.unseen.any()
    (tmp_path / "strict.yaml").write_text("base: gopher\nrules: {gopher_min_words: 70}\n")
    steps = json.loads(json.dumps(LISTED["steps"]))
    steps[3]["classifier"]["keep_top"] = 0.5
    steps[5]["quality"]["profile"] = str(tmp_path / "strict.yaml")
    run_here(listed(inputs, after, steps=steps, language={"keep": ["zh"]}))
    sets = ["classifier.keep_top=.5", "strict.gopher_min_words=70", "language.keep=[zh]"]
    assert_exact(before, after, sets)


def fates(output: Path, sets: Sequence[str]) -> dict[str, Counter[Fate]]:
    """Reason in the run, empty for what stays -> fates of its documents."""
    found: dict[str, Counter[Fate]] = {}
    for group, n in what_if(output, change_rules(read_run(output), sets)).groups.items():
        found.setdefault(group.before or "", Counter())[group.fate] += n
    return found


def test_what_dedup_has_not_seen_is_counted_apart(finished: Path) -> None:
    found = fates(finished, ["language.keep=[en, zh, fr]"])
    assert found["language-not-kept"] == {Fate.comes_back_unseen: 1}
    assert found[""].keys() == {Fate.same}


def test_a_copy_loses_the_document_in_its_place(finished: Path) -> None:
    """Books are what copies in other sources were dropped for."""
    rule = "gopher_min_words=100000"
    found = fates(finished, [f"inputs.books.quality.{rule}", f"inputs.books.quality.zh.{rule}"])
    rows = corpora.rows(finished / "ledger")
    books = {f"{r['unit']}:{r['row']}" for r in rows if r["source"] == "books"}
    copies = [r for r in rows if r["duplicate_of"] in books and r["source"] != "books"]
    assert found["exact-duplicate"][Fate.loses_its_copy] == len(copies) > 0
    assert found[""][Fate.goes] == sum(r["drop_reason"] is None for r in rows
                                       if r["source"] == "books")  # fmt: skip


def test_without_a_language_the_script_may_decide(
    run_here: Runner, inputs: Path, tmp_path: Path
) -> None:
    """Rules of a language hold for its script; whether a text is in it is not stored."""
    off = {"enabled": False}
    settings = corpora.settings(
        inputs, tmp_path / "out", language=off, perplexity=off, keywords=off, dedup=off, scrub=off,
        tokenize=off,
    )  # fmt: skip
    settings["inputs"] = settings["inputs"][1:2]
    run_here(settings)
    found = fates(tmp_path / "out", ["quality.zh.gopher_min_words=100000"])
    assert found[""] == {Fate.untold: 4}


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("language.min_score", "write KEY=VALUE"),
        ("langage.min_score=1", "did you mean 'language'?"),
        ("language.min_scor=1", "did you mean 'min_score'?"),
        ("gopher_min_words=80", "did you mean quality.gopher_min_words?"),
        ("quality.gopher_min_word=80", "did you mean 'gopher_min_words'?"),
        ("quality.english.gopher_min_words=80", "'english' is no language"),
        ("quality.gopher_min_words=-1", "gopher_min_words must be at least 0"),
        ("quality.gopher_min_words=[", "is not YAML"),
        ("quality.text_max_digits=.2", "compares numeral_chars, which the run has not measured"),
        ("max_hits=2", "did you mean 'keywords.max_hits'?"),
        ("min_score=1", "did you mean"),
        ("classifier.min_score=1", "this run has no step classifier"),
        ("language.sample_chars=9", "language.sample_chars: changes what is measured"),
        ("dedup.document.threshold=.5", "dedup.document: changes what is compared"),
        ("scrub.enabled=false", "scrub.enabled: changes what is measured or made of texts"),
        ("language.enabled=false", "language.enabled: changes what is measured"),
        ("inputs.book.skip=[quality]", "did you mean 'books'?"),
        ("inputs.books.path=x", "inputs.books.path: is another input"),
        ("inputs.books.skip=[language]", "to leave language out takes a run"),
        ("inputs.code.skip=[]", "language has measured no document of this source"),
        ("where.drop=len(text) < 3", "reads the text"),
        ("where.drop=wrds < 3", "did you mean words?"),
        ("language.min_score=null", "nothing is changed"),
        ("language.keep=[english]", "'english'"),
    ],
)
def test_what_is_refused(corpus: Corpus, finished: Path, setting: str, line: str) -> None:
    code, out, err = corpus("whatif", finished, "--set", setting)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert line in err


def test_what_a_person_sees(corpus: Corpus, finished: Path) -> None:
    code, out, err = corpus("whatif", finished, "--set", "quality.gopher_min_words=300")
    assert (code, err) == (0, "")
    assert "quality.gopher_min_words" in out
    assert "gopher_min_words: 300 does not hold for" in out
    assert "to look at one: corpus why" in out
    assert "(in the run: 50)" in out
    assert max(len(line) for line in out.splitlines() if str(finished) not in line) <= 80
    assert "nothing is changed" in corpus("whatif", finished).err


def test_a_profile_that_was_edited_is_told(
    corpus: Corpus, run_here: Runner, inputs: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "mine.yaml"
    profile.write_text("rules: {gopher_min_words: 20}")
    run_here(corpora.settings(inputs, tmp_path / "out", quality={"profile": str(profile)}))
    profile.write_text("rules: {gopher_min_words: 90}")
    code, out, err = corpus("whatif", tmp_path / "out")
    assert (code, err) == (0, "")
    assert "mine.yaml has changed since the run" in " ".join(out.split())
    assert "gopher-too-few-words would drop" in out


def test_a_ledger_with_an_unknown_reason(finished: Path) -> None:
    rules = change_rules(read_run(finished), ["language.min_score=1"])
    first, *others = rules.before.passes
    steps = tuple(step for step in first.steps if step.name != "perplexity")
    passes = (dataclasses.replace(first, steps=steps), *others)
    before, after = (
        dataclasses.replace(flow, passes=passes) for flow in (rules.before, rules.after)
    )
    with pytest.raises(VerifyError, match="no step of the run's configuration drops for that"):
        redecided(finished, dataclasses.replace(rules, before=before, after=after))
