# Node.js with the packages of package-lock.json. The contract: docs/guide/apps/platforms.md
#
# SLIPWAY_BUILD_IMAGE needs a shell, node and npm; compilers for packages that are built on the machine.
# SLIPWAY_RUN_IMAGE needs a shell, node and npm of the same versions.
ARG SLIPWAY_BUILD_IMAGE
ARG SLIPWAY_RUN_IMAGE

FROM ${SLIPWAY_BUILD_IMAGE} AS build
USER 0:0
WORKDIR /home/application/current
ENV PATH=/home/application/current/node_modules/.bin:${PATH} NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FUND=false \
    NPM_CONFIG_AUDIT=false
# Only what names packages, so that a change of the code leaves this layer as it is.
ARG SLIPWAY_DEPENDENCIES
COPY ${SLIPWAY_DEPENDENCIES} ./
# What is needed for building alone is left out at once when nothing is built, and behind it when something is.
ARG SLIPWAY_BUILDS
RUN --mount=type=cache,id=slipway-app-npm,target=/root/.npm \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    which=--omit=dev; if [ "${SLIPWAY_BUILDS}" = yes ]; then which=--include=dev; fi; \
    if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then npm ci ${which}; \
    else npm install --no-package-lock ${which}; fi
COPY . .
# slipway: build hooks
RUN if [ "${SLIPWAY_BUILDS}" = yes ]; then \
        npm run build --if-present && npm prune --omit=dev --ignore-scripts --no-package-lock; \
    fi

FROM ${SLIPWAY_RUN_IMAGE}
USER 0:0
# A login shell, in which processes are started, forgets the PATH of the image.
RUN mkdir -p /etc/profile.d \
    && echo 'export PATH=/home/application/current/node_modules/.bin:$PATH' > /etc/profile.d/slipway.sh \
    && mkdir -p /home/application && chown 1000:1000 /home/application
COPY --from=build --chown=1000:1000 /home/application/current /home/application/current
WORKDIR /home/application/current
ENV PATH=/home/application/current/node_modules/.bin:${PATH} HOME=/home/application NODE_ENV=production \
    NPM_CONFIG_UPDATE_NOTIFIER=false
USER 1000:1000
ENV PORT=8888
EXPOSE 8888
ENTRYPOINT []
# slipway: default process
