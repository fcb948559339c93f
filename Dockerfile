# Parkwatt, without anything that only building needs. Same sources and same lock file make the same files:
# every dependency is pinned by its hash, compiled modules are checked by hash and carry no times.
#   docker build -t parkwatt .

FROM python:3.11.14-slim-bookworm AS build
# 2026-01-01; the time of every file in the wheel.
ENV SOURCE_DATE_EPOCH=1767225600 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv --without-pip /opt/parkwatt
# Before the sources, so that a change of those does not install everything anew.
COPY requirements.lock ./
RUN pip --python /opt/parkwatt/bin/python install --require-hashes --no-deps --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md ./
COPY parkwatt parkwatt
COPY ingest ingest
COPY dashboards dashboards
RUN pip --python /opt/parkwatt/bin/python wheel --no-deps --no-build-isolation --wheel-dir /dist .
RUN pip --python /opt/parkwatt/bin/python install --no-deps --no-index /dist/*.whl

FROM python:3.11.14-slim-bookworm
COPY --from=build /opt/parkwatt /opt/parkwatt
ENV PATH=/opt/parkwatt/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# A named volume takes over the rights of the folder it covers: whichever user runs this may write there.
RUN groupadd --gid 10001 parkwatt \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin parkwatt \
    && mkdir /data && chown 10001:10001 /data && chmod 1777 /data
ENV HOME=/data
WORKDIR /data
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["parkwatt"]
CMD ["--help"]
