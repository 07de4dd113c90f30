#!/usr/bin/env bash
# Checks that the machine has what the project needs, and says how to get what is missing. On Debian as root it installs
# the system packages itself.
#
#   tools/prerequisites.sh demo    what `make demo` needs
#   tools/prerequisites.sh test    and what the tests need beside it
set -euo pipefail

mode=${1:-test}
missing=()  # "name<tab>how to get it"
packages=() # Debian packages that would help

# need NAME VERSION FOUND HOW: FOUND is empty when it is not there; VERSION is the oldest that will do.
need() {
    local name=$1 oldest=$2 found=$3 how=$4
    if [[ -z "$found" ]]; then
        missing+=("$name"$'\t'"$how")
    elif [[ "$(printf '%s\n%s\n' "$oldest" "$found" | sort -V | head -n 1)" != "$oldest" ]]; then
        missing+=("$name $oldest (this is $found)"$'\t'"$how")
    fi
}

# need_package NAME PACKAGE FILE…: one of the files is there, or the Debian package brings it.
need_package() {
    local name=$1 package=$2 file
    shift 2
    for file in "$@"; do
        if [[ -e "$file" ]] || command -v "$file" >/dev/null; then
            return
        fi
    done
    missing+=("$name"$'\t'"Debian: apt-get install $package")
    packages+=("$package")
}

version_of() {
    "$@" 2>/dev/null | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1 || true
}

check() {
    missing=()
    packages=()
    need cargo 1.95 "$(version_of cargo --version)" "https://rustup.rs, or: rustup update stable"
    # An older Go fetches the release that a go.mod names, unless GOTOOLCHAIN=local forbids it.
    local oldest_go=1.24
    if [[ "$(go env GOTOOLCHAIN 2>/dev/null)" == local ]]; then
        oldest_go=$(sed -n 's/^go //p' "${BASH_SOURCE[0]%/*}/tofu/go.mod")
    fi
    need go "$oldest_go" "$(version_of go version)" "https://go.dev/dl"
    # The console is built with it. It brings npm, which some distributions have as a package of its own.
    need node 20.19 "$(version_of node --version)" "https://nodejs.org (20.19 or newer; Debian 12's own is too old)"
    need npm 10 "$(version_of npm --version)" "https://nodejs.org brings it"
    need_package git git git
    # Merging without a work tree came with it.
    need git 2.38 "$(version_of git --version)" "https://git-scm.com/downloads"
    need_package "a C compiler" build-essential cc
    need_package curl curl curl
    if [[ "$mode" == test ]]; then
        need_package Chromium chromium chromium /usr/bin/chromium
        need_package PostgreSQL postgresql /usr/lib/postgresql/*/bin/postgres postgres
        # The core packages have the server, and what its set-up calls, without making a service of it.
        need_package MariaDB mariadb-server-core /usr/sbin/mariadbd mariadbd
        need_package "MariaDB's set-up" mariadb-client-core my_print_defaults
        # Private repositories over SSH. Nothing of it runs but what a test starts.
        need_package "an SSH server" openssh-server /usr/sbin/sshd
        need_package "an SSH client" openssh-client ssh-keyscan
        need_package python3 python3 python3
        # Apps are built and run by an engine that a test starts for itself, of images made of busybox.
        need_package "the Docker Engine" docker.io /usr/sbin/dockerd dockerd
        need_package "a registry for images" docker-registry docker-registry
        need_package "a static busybox" busybox-static /bin/busybox busybox
        # Sites are served by it, in an image that a test makes.
        need_package nginx nginx /usr/sbin/nginx
        # A real cluster's node: what starts containers, and connects them. Nothing of it runs but what a test starts.
        need_package containerd containerd containerd
        need_package runc runc /usr/sbin/runc runc
        need_package "plugins for networks of containers" containernetworking-plugins /usr/lib/cni/bridge
        need_package iptables iptables /usr/sbin/iptables iptables
        need_package conntrack conntrack /usr/sbin/conntrack conntrack
        need_package iproute2 iproute2 /usr/sbin/ip ip
        # `make bench` signs what its provider registry gives.
        need_package GnuPG gnupg gpg
        if ! python3 -c 'import ensurepip' 2>/dev/null; then
            missing+=("Python's venv"$'\t'"Debian: apt-get install python3-venv")
            packages+=(python3-venv)
        fi
    fi
}

can_install() {
    [[ -f /etc/debian_version && "$(id -u)" == 0 ]] && command -v apt-get >/dev/null
}

install_packages() {
    printf 'prerequisites: installing %s\n' "${packages[*]}"
    # Nothing of it becomes a service that runs: in the runlevel of one user Debian starts none.
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get update --quiet --quiet
    apt-get install --quiet --quiet --yes --no-install-recommends "${packages[@]}" >/dev/null
}

check
if ((${#packages[@]} > 0)) && can_install; then
    install_packages
    check
fi
if ((${#missing[@]} > 0)); then
    printf 'Missing on this machine:\n' >&2
    printf '%s\n' "${missing[@]}" | while IFS=$'\t' read -r name how; do
        printf '  %-32s %s\n' "$name" "$how" >&2
    done
    exit 1
fi
