# Two commands matter: `make demo` and `make test`. Both set up .venv first, once.

PYTHON ?= python3
RUN := .venv/bin
SOURCES := corpus_pipeline tests benchmarks tools
# Neighbours mostly stay together, for they share what is dear to make; who is idle takes over half of the rest.
PYTEST := $(RUN)/pytest -n auto --dist worksteal

.PHONY: setup setup-cluster setup-trainers demo test check test-slow test-cluster test-cluster-slow \
  test-trainers packages test-wheel sbom mutations audit bench golden golden-peers peer-cases docs site lock clean

setup: .venv/ready

# Locks are complete, so pip is told to look for nothing else: what is installed then depends on the
# lock alone and not on what the index has today. That nothing is missing is checked afterwards.
INSTALL := $(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
CHECK_LOCK := $(RUN)/python tools/check_lock.py

# Wheels only, at the versions and hashes of locks/requirements.lock: no compiler, the same bytes everywhere.
.venv/ready: locks/requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv .venv
	$(INSTALL) --only-binary :all: -r locks/requirements.lock
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(CHECK_LOCK) locks/requirements.lock 'corpus-pipeline[dev]'
	$(RUN)/python -m compileall -q corpus_pipeline
	$(RUN)/python -m corpus_pipeline.pipelines.warm
	touch .venv/ready

demo: setup
	$(RUN)/corpus run examples/demo.yaml
	$(RUN)/python examples/load_batches.py demo-out
	@echo "look around: .venv/bin/corpus stats demo-out; .venv/bin/corpus why demo-out --token 0:1000"

test: setup check
	$(PYTEST) -m "not slow and not cluster and not trainers"

check: setup
	$(RUN)/ruff check $(SOURCES)
	$(RUN)/ruff format --check $(SOURCES)
	$(RUN)/mypy

# Longer runs: kill and resume at every phase, more property examples.
test-slow: setup
	CORPUS_MAX_EXAMPLES=500 $(PYTEST) -m "not cluster and not trainers"

# Changes made to the code on purpose: each must be seen by the test that is named beside it.
mutations: setup
	$(RUN)/python tools/mutations.py

# What lies beyond one machine: pyspark 3.5 and 4.1 beside the environment, Dask, S3, Dataflow's client;
# Prism where Go can build it. Java 17 must be there; without it the tests of Spark are skipped.
BEYOND := .beyond
SPARKS := 3.5 4.1

setup-cluster: $(BEYOND)/ready

$(BEYOND)/ready: .venv/ready locks/requirements-cluster.lock $(SPARKS:%=locks/requirements-spark-%.lock)
	$(INSTALL) --no-build-isolation -r locks/requirements-cluster.lock
	$(CHECK_LOCK) locks/requirements-cluster.lock 'corpus-pipeline[dev,cluster-tests]'
	for version in $(SPARKS); do \
	  $(INSTALL) --no-build-isolation --upgrade --target $(BEYOND)/spark-$$version \
	    -r locks/requirements-spark-$$version.lock && \
	  $(CHECK_LOCK) locks/requirements-spark-$$version.lock pyspark --path $(BEYOND)/spark-$$version || exit 1; done
	if command -v go > /dev/null; then \
	  GOBIN=$(CURDIR)/$(BEYOND) go install github.com/apache/beam/sdks/v2/go/cmd/prism@v2.77.0; fi
	touch $(BEYOND)/ready

# Spark, Dask, Prism, object storage and faults, in their short form; of the older Spark the runner.
# What is skipped says why.
test-cluster: setup-cluster
	PYTHONPATH=$(CURDIR)/$(BEYOND)/spark-4.1 $(PYTEST) -rs -m "cluster and not slow"
	PYTHONPATH=$(CURDIR)/$(BEYOND)/spark-3.5 $(PYTEST) -rs -m "cluster and not slow" \
	  tests/spark_runner tests/engines/test_spark_engine.py

# The same in their long form: Beam's own suites, faults at every phase and at random moments.
test-cluster-slow: setup-cluster
	PYTHONPATH=$(CURDIR)/$(BEYOND)/spark-4.1 $(PYTEST) -m cluster
	PYTHONPATH=$(CURDIR)/$(BEYOND)/spark-3.5 $(PYTEST) -m "cluster and not slow" -k "spark or Spark"

# Trainers, whose readers read what exports and the loader make: torch, datasets, LitData and others, in an
# environment of their own, for some want older libraries. On Linux 8 GB, since torch brings CUDA along.
TRAINERS := .trainers

setup-trainers: $(TRAINERS)/ready

$(TRAINERS)/ready: locks/requirements-trainers.lock pyproject.toml
	$(PYTHON) -m venv $(TRAINERS)
	$(TRAINERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --only-binary :all: -r locks/requirements-trainers.lock
	$(TRAINERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(TRAINERS)/bin/python tools/check_lock.py locks/requirements-trainers.lock 'corpus-pipeline[dev,trainers]'
	touch $(TRAINERS)/ready

test-trainers: setup-trainers
	$(TRAINERS)/bin/pytest -rs -m trainers tests/exports tests/loader tests/test_train.py \
	  tests/security/test_locks.py

# What is released: sdist and wheel of the whole package and of the loader, then both in fresh environments of
# the locked versions, from outside this folder.
packages: setup
	rm -rf dist
	$(RUN)/python tools/build_packages.py dist

test-wheel: packages
	$(RUN)/python tools/try_packages.py dist

# What the whole package is installed with, as a bill of materials in the form of CycloneDX: build/corpus-pipeline.cdx.json.
# The tool reads the environment of a user, which has no pip in it, from one of its own.
sbom: packages
	rm -rf build/sbom
	$(RUN)/python -m venv --without-pip build/sbom/run
	$(RUN)/python -m venv build/sbom/tool
	$(RUN)/python -m pip --python build/sbom/run install --quiet --disable-pip-version-check --no-deps \
	  --require-hashes --only-binary :all: -r locks/requirements-run.lock
	$(RUN)/python -m pip --python build/sbom/run install --quiet --disable-pip-version-check --no-deps dist/corpus_pipeline-*.whl
	build/sbom/tool/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --require-hashes --only-binary :all: -r locks/requirements-sbom.lock
	build/sbom/tool/bin/cyclonedx-py environment --output-reproducible \
	  --output-file build/corpus-pipeline.cdx.json build/sbom/run/bin/python

# Pinned and hashed, licences on the list, no known vulnerability.
audit: setup
	$(RUN)/python tools/audit.py

bench: setup
	$(RUN)/python benchmarks/whole_job.py

# Regenerates tests/golden; read the difference as data before committing it.
golden: setup
	$(RUN)/python tests/golden/generate.py

# Asks the peers again what they say of the documents in tests/filters/quality/vectors, in environments of their
# own; the suite compares profiles and signals with what is stored.
PEERS := .peers
PEER_PIP := -m pip install --quiet --disable-pip-version-check --only-binary :all:

# Peers that are no packages: their code is run where it lies, at one commit.
CHECKOUTS := togethercomputer/RedPajama-Data CASIA-LM/ChineseWebText-2.0 NVIDIA-NeMo/Curator mlfoundations/dclm \
  bigscience-workshop/data-preparation multimodal-art-projection/MAP-NEO
COMMIT_RedPajama-Data := 6d2cee9df2b0204dd2bcb00bf06b5a7b1d7432d7
COMMIT_ChineseWebText-2.0 := 4c4573776443f922935a8c9188173358fb05e7f5
COMMIT_Curator := 1e2e4275e
COMMIT_dclm := 361714b
COMMIT_data-preparation := 9d0588419
COMMIT_MAP-NEO := 81f3cad64

golden-peers: $(PEERS)/ready $(PEERS)/data-juicer/ready $(CHECKOUTS:%=$(PEERS)/src/%)
	$(PEERS)/bin/python tests/golden/peers/write_documents.py
	$(PEERS)/bin/python tests/golden/peers/judge_datatrove.py
	$(PEERS)/bin/python tests/golden/peers/judge_dolma.py
	$(PEERS)/bin/python tests/golden/peers/judge_redpajama.py $(PEERS)/src/togethercomputer/RedPajama-Data
	$(PEERS)/bin/python tests/golden/peers/judge_chinesewebtext.py $(PEERS)/src/CASIA-LM/ChineseWebText-2.0
	$(PEERS)/bin/python tests/golden/peers/judge_curator.py $(PEERS)/src/NVIDIA-NeMo/Curator
	$(PEERS)/bin/python tests/golden/peers/judge_dclm.py $(PEERS)/src/mlfoundations/dclm
	$(PEERS)/bin/python tests/golden/peers/judge_bigscience.py $(PEERS)/src/bigscience-workshop/data-preparation
	$(PEERS)/bin/python tests/golden/peers/judge_mapneo.py $(PEERS)/src/multimodal-art-projection/MAP-NEO
	$(PEERS)/data-juicer/bin/python tests/golden/peers/judge_datajuicer.py

$(CHECKOUTS:%=$(PEERS)/src/%): $(PEERS)/ready
	git clone --quiet --filter=blob:none --no-checkout https://github.com/$(@:$(PEERS)/src/%=%) $@.new
	git -C $@.new checkout --quiet $(COMMIT_$(@F))
	mv $@.new $@

# data-juicer asks for much that its filters of texts do not import.
$(PEERS)/data-juicer/ready: $(PEERS)/ready tests/golden/peers/requirements-data-juicer.txt
	$(PYTHON) -m venv $(PEERS)/data-juicer
	$(PEERS)/data-juicer/bin/python $(PEER_PIP) -r tests/golden/peers/requirements-data-juicer.txt
	$(PEERS)/data-juicer/bin/python $(PEER_PIP) --no-deps py-data-juicer==1.6.1
	touch $@

$(PEERS)/ready: tests/golden/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
	  -r tests/golden/peers/requirements.txt
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps dolma==1.2.1
	touch $(PEERS)/ready

# Records the peers' own tests, each in an environment of its own, and answers the same inputs by this package:
# docs/accuracy/peer-cases.md. Wants uv.
peer-cases: setup
	$(RUN)/python benchmarks/peer_cases/record/record_all.py $(PEERS)/cases
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --upgrade --no-deps \
	  --target $(PEERS)/own-steps -r benchmarks/peer_cases/requirements.txt
	PYTHONPATH=$(CURDIR):$(CURDIR)/benchmarks:$(PEERS)/own-steps \
	  $(RUN)/python -m peer_cases.compare $(PEERS)/cases --write docs/accuracy/peer-cases.md

# Regenerates docs/cli.md, docs/configuration.md, docs/data-contract.md and tables of other pages; a test compares
# them with the code.
docs: setup
	$(RUN)/python tools/make_docs.py

# The pages of docs/ as a site, into site/; without the network. The suite builds it, too.
site: setup
	NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build

# google-apitools, which Dataflow needs, comes as source only (pure Python), like pyspark. The image of
# workers builds this package without build isolation, hence setuptools.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-find-links --no-emit-index-url --no-header --no-emit-package corpus-pipeline

lock: setup
	$(RUN)/python -m pip install --quiet --disable-pip-version-check uv
	$(RUN)/$(COMPILE) --only-binary :all: --extra dev pyproject.toml --output-file locks/requirements.lock
	$(RUN)/$(COMPILE) --extra dev --extra cluster-tests --constraints locks/requirements.lock \
	  pyproject.toml --output-file locks/requirements-cluster.lock
	$(RUN)/$(COMPILE) --only-binary :all: --extra dev --extra trainers pyproject.toml \
	  --output-file locks/requirements-trainers.lock
	grep '^setuptools==' locks/requirements.lock | cut -d ' ' -f 1 | \
	  $(RUN)/$(COMPILE) --extra dataflow --extra s3 --constraints locks/requirements.lock \
	  pyproject.toml - --output-file locks/requirements-worker.lock
	$(RUN)/$(COMPILE) --only-binary :all: --constraints locks/requirements.lock \
	  pyproject.toml --output-file locks/requirements-run.lock
	$(RUN)/python tools/build_packages.py --loader-requirements | \
	  $(RUN)/$(COMPILE) --only-binary :all: --constraints locks/requirements.lock \
	  - --output-file locks/requirements-loader.lock
	echo cyclonedx-bom | $(RUN)/$(COMPILE) --only-binary :all: - --output-file locks/requirements-sbom.lock
	for version in $(SPARKS); do echo "pyspark~=$$version.0" | \
	  $(RUN)/$(COMPILE) - --output-file locks/requirements-spark-$$version.lock || exit 1; done

clean:
	rm -rf .venv .beyond .trainers .peers demo-out one-document-out bench-out site .pytest_cache .mypy_cache .ruff_cache
