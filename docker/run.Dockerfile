# The image of the command `corpus` on one machine; docs/packaging.md says how it is built and used.
# Built from the root of the repository: docker build -f docker/run.Dockerfile -t corpus-pipeline .
FROM python:3.11-slim

# generic: kernels that every processor of the architecture runs and none compiles again.
ENV NUMBA_CPU_NAME=generic \
    NUMBA_CACHE_DIR=/opt/corpus/kernels \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

# Libraries first: they change less often than the package. The lock is complete.
COPY locks/requirements-run.lock /opt/corpus/
RUN python -m pip install --no-deps --require-hashes --only-binary :all: -r /opt/corpus/requirements-run.lock

# The wheel that `make packages` has built, with its models, word lists and tokenizer. Then every kernel is compiled
# by running a tiny corpus; numba takes kernels from no folder that it cannot write to, so the folder is everyone's.
COPY dist/corpus_pipeline-*.whl /opt/corpus/
RUN python -m pip install --no-deps /opt/corpus/corpus_pipeline-*.whl \
    && rm /opt/corpus/corpus_pipeline-*.whl \
    && python -m pip check \
    && python -m corpus_pipeline.pipelines.warm \
    && chmod -R a+rwX /opt/corpus/kernels

LABEL org.opencontainers.image.title="corpus-pipeline" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"

# Nobody's rights are enough; the data are mounted with --user of whom they belong to.
USER 65534:65534
WORKDIR /data
ENTRYPOINT ["corpus"]
CMD ["--help"]
