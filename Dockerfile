# The image of one service: docker build --build-arg SERVICE=health -t government/health:0.1.0 .
# The operator's, who must know all of them: docker build --target operator -t government/operator:0.1.0 .
#
# - Inside are `shared/`, that one service, and a virtual environment; no tests, no pip, no compiler.
# - It runs as nobody in particular (10001), on a root file system that may be read-only.
# - The same sources give the same files, byte for byte and second for second (SOURCE_DATE_EPOCH).
# - The base is named by tag, and pinned by --build-arg PYTHON_DIGEST=@sha256:... where one is known.
ARG PYTHON_TAG=3.11-slim-bookworm
ARG PYTHON_DIGEST=

FROM python:${PYTHON_TAG}${PYTHON_DIGEST} AS environment
ARG SOURCE_DATE_EPOCH=1767225600
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /app/.venv \
    && /app/.venv/bin/pip install --no-cache-dir --no-compile --no-deps --require-hashes \
        --requirement requirements.lock \
    && /app/.venv/bin/pip uninstall --yes --quiet pip \
    && find /app -depth '(' -name '__pycache__' -o -path '*/site-packages/*/tests' ')' \
        -exec rm -rf {} + \
    && PYTHONHASHSEED=0 python -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/.venv/lib \
    && mkdir /layer && mv /app /layer/ \
    && find /layer -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH}" {} +

FROM python:${PYTHON_TAG}${PYTHON_DIGEST} AS sources
ARG SOURCE_DATE_EPOCH=1767225600
ARG SERVICE
WORKDIR /layer/app
COPY shared shared
COPY services/__init__.py services/
COPY services/${SERVICE} services/${SERVICE}
RUN test -f "services/${SERVICE}/service.py" \
    && PYTHONHASHSEED=0 python -m compileall -q --invalidation-mode unchecked-hash -p /app . \
    && chmod -R u=rwX,go=rX . \
    && find .. -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH}" {} +

FROM python:${PYTHON_TAG}${PYTHON_DIGEST} AS all-sources
ARG SOURCE_DATE_EPOCH=1767225600
WORKDIR /layer/app
COPY shared shared
COPY services services
RUN PYTHONHASHSEED=0 python -m compileall -q --invalidation-mode unchecked-hash -p /app . \
    && chmod -R u=rwX,go=rX . \
    && find .. -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH}" {} +

FROM python:${PYTHON_TAG}${PYTHON_DIGEST} AS runtime
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"
ENV PATH="/app/.venv/bin:${PATH}" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=environment /layer/ /
WORKDIR /app
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m"]

FROM runtime AS operator
LABEL org.opencontainers.image.title="operator"
COPY --from=all-sources /layer/ /
HEALTHCHECK NONE
CMD ["shared.ops", "--help"]

FROM runtime
ARG SERVICE
LABEL org.opencontainers.image.title="${SERVICE}"
ENV SERVICE="${SERVICE}" \
    WEB_SERVER_ADDRESS=0.0.0.0:8000
COPY --from=sources /layer/ /
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "shared.probe", "/healthz"]
CMD ["shared.serve"]
