# Go: static binaries in a small image. The contract: docs/guide/apps/platforms.md
#
# SLIPWAY_BUILD_IMAGE needs a shell, find and go.
# SLIPWAY_RUN_IMAGE needs a shell, and certificates at /etc/ssl/certs where the app calls others by TLS.
ARG SLIPWAY_BUILD_IMAGE
ARG SLIPWAY_RUN_IMAGE

FROM ${SLIPWAY_BUILD_IMAGE} AS build
USER 0:0
WORKDIR /home/application/current
ENV CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOMODCACHE=/var/cache/go/modules GOCACHE=/var/cache/go/build GOTOOLCHAIN=local
# Only what names modules, so that a change of the code leaves this layer as it is.
COPY go.mod go.su[m] ./
RUN --mount=type=cache,id=slipway-app-go-modules,target=/var/cache/go/modules \
    --mount=type=secret,id=netrc,target=/root/.netrc \
    go mod download
COPY . .
# slipway: build hooks
RUN --mount=type=cache,id=slipway-app-go-modules,target=/var/cache/go/modules \
    --mount=type=cache,id=slipway-app-go-build,target=/var/cache/go/build \
    --mount=type=secret,id=netrc,target=/root/.netrc \
    mkdir -p /home/application/bin && go build -trimpath -ldflags='-s -w' -o /home/application/bin/ ./...
# What is not code comes along: templates, migrations, files to serve.
RUN rm -rf vendor go.mod go.sum && find . -type f -name '*.go' -exec rm -f '{}' +

FROM ${SLIPWAY_RUN_IMAGE}
USER 0:0
# A login shell, in which processes are started, forgets the PATH of the image.
RUN mkdir -p /etc/profile.d /home/application \
    && echo 'export PATH=/home/application/bin:$PATH' > /etc/profile.d/slipway.sh \
    && chown 1000:1000 /home/application
COPY --from=build /home/application/bin /home/application/bin
COPY --from=build --chown=1000:1000 /home/application/current /home/application/current
WORKDIR /home/application/current
ENV PATH=/home/application/bin:${PATH} HOME=/home/application
USER 1000:1000
ENV PORT=8888
EXPOSE 8888
ENTRYPOINT []
# slipway: default process
