# Two commands matter: `make demo` and `make test`. Both set up .venv first, once.

PYTHON ?= python3
RUN := .venv/bin
SOURCES := corpus_pipeline tests benchmarks tools

.PHONY: setup demo test check test-slow bench golden docs lock clean

setup: .venv/ready

# Wheels only, at the versions and hashes of requirements.lock: no compiler, the same bytes everywhere.
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv .venv
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements.lock
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(RUN)/python -m corpus_pipeline.pipelines.warm
	touch .venv/ready

demo: setup
	$(RUN)/corpus run examples/demo.yaml
	$(RUN)/python examples/load_batches.py demo-out
	@echo "look around: .venv/bin/corpus stats demo-out; .venv/bin/corpus trace demo-out --token 0:1000"

test: setup check
	$(RUN)/pytest -m "not slow"

check: setup
	$(RUN)/ruff check $(SOURCES)
	$(RUN)/ruff format --check $(SOURCES)
	$(RUN)/mypy

# Longer runs: kill and resume at every phase, more property examples.
test-slow: setup
	CORPUS_MAX_EXAMPLES=500 $(RUN)/pytest

bench: setup
	$(RUN)/python benchmarks/whole_job.py

# Regenerates tests/golden; read the difference as data before committing it.
golden: setup
	$(RUN)/python tests/golden/generate.py

# Regenerates docs/cli.md and docs/data-contract.md; a test compares them with the code.
docs: setup
	$(RUN)/python tools/make_docs.py

# google-apitools, which Dataflow needs, comes as source only (pure Python), like pyspark.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-find-links --no-emit-index-url --no-header --no-emit-package corpus-pipeline

lock: setup
	$(RUN)/python -m pip install --quiet uv
	$(RUN)/$(COMPILE) --only-binary :all: --extra dev pyproject.toml --output-file requirements.lock
	$(RUN)/$(COMPILE) --extra dev --extra cluster-tests --constraints requirements.lock \
	  pyproject.toml --output-file requirements-cluster.lock

clean:
	rm -rf .venv demo-out bench-out .pytest_cache .mypy_cache .ruff_cache
