"""Options of all stages for the small corpus."""

from pathlib import Path

import corpora
import pytest

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.planning.plan import make_plan
from corpus_pipeline.planning.resources import resolve_resources
from corpus_pipeline.workspace.phase_table import MERGES, matches
from corpus_pipeline.workspace.state import Manifest, Workspace


@pytest.fixture
def make(inputs: Path, tmp_path: Path) -> StageOptions:
    """Makes the stages' options, in an output folder of the test's own."""
    config = build_config(corpora.settings(inputs, tmp_path / "out"), "test")
    flow = run_flow(config)
    resources = resolve_resources(flow)
    plan = make_plan(config, resources.sha256)
    workspace = Workspace(config.output, len(plan.units), plan.run)
    plan.save(workspace.state)
    made = StageOptions(config, flow, workspace, plan.partitions)
    made.write_contamination_index(made.evaluations())
    # A match of which a test runs nothing has found nothing.
    for phase in matches(lambda kind: True):
        if phase == "resolve" or phase in MERGES:
            workspace.put_manifest(Manifest(phase, 0, (), {"found": 0}))
    return made
