# Python with its packages in a virtual environment. The contract: docs/guide/apps/platforms.md
#
# SLIPWAY_BUILD_IMAGE needs a shell and python3, 3.11 or newer, with venv; compilers for packages that have no wheel.
# SLIPWAY_RUN_IMAGE needs a shell and the same python3 at the same path, with the libraries that packages load.
ARG SLIPWAY_BUILD_IMAGE
ARG SLIPWAY_RUN_IMAGE

FROM ${SLIPWAY_BUILD_IMAGE} AS packages
USER 0:0
WORKDIR /home/application/current
ENV PATH=/home/application/venv/bin:${PATH} PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /home/application/venv
# Only what names packages, so that a change of the code leaves this layer as it is.
ARG SLIPWAY_DEPENDENCIES
COPY ${SLIPWAY_DEPENDENCIES} ./
RUN --mount=type=cache,id=slipway-app-pip,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    if [ -f requirements.txt ]; then \
        pip install -r requirements.txt; \
    elif [ -f Pipfile ] || [ -f Pipfile.lock ]; then \
        python3 -m venv /tmp/pipenv && /tmp/pipenv/bin/pip install pipenv \
        && { [ -f Pipfile.lock ] || /tmp/pipenv/bin/pipenv lock; } \
        && /tmp/pipenv/bin/pipenv requirements > /tmp/requirements.txt && pip install -r /tmp/requirements.txt; \
    elif [ -f pyproject.toml ]; then \
        python3 -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb")).get("project", {}).get("dependencies", [])))' \
            > /tmp/requirements.txt && pip install -r /tmp/requirements.txt; \
    fi

FROM ${SLIPWAY_RUN_IMAGE}
USER 0:0
# A login shell, in which processes are started, forgets the PATH of the image.
RUN mkdir -p /etc/profile.d \
    && echo 'export PATH=/home/application/venv/bin:$PATH' > /etc/profile.d/slipway.sh \
    && mkdir -p /home/application/current && chown 1000:1000 /home/application /home/application/current
COPY --from=packages /home/application/venv /home/application/venv
WORKDIR /home/application/current
COPY --chown=1000:1000 . .
ENV PATH=/home/application/venv/bin:${PATH} HOME=/home/application PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
# slipway: build hooks
ENV PORT=8888
EXPOSE 8888
ENTRYPOINT []
# slipway: default process
