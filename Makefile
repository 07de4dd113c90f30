# The project's commands. Each is one line that a person can also type; `make help` lists them.
#
# What can be set: LISTEN (address of the demo's server), DATA (its folder), ONCE=1 (end when the demo is through).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

LISTEN ?= 127.0.0.1:8080
DATA ?=
ONCE ?=
XTASK := cargo run --quiet --locked --package xtask --

.PHONY: help demo test bench nightly dev tools fmt clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Take examples/hello through a real server, then go on serving (LISTEN=, DATA=, ONCE=1)
	@tools/prerequisites.sh demo
	@tools/stage.sh "build the console" $(XTASK) web install build
	@tools/stage.sh "build slipway" cargo build --locked
	@$(XTASK) demo --listen '$(LISTEN)' $(if $(DATA),--data '$(DATA)') $(if $(filter-out 0,$(ONCE)),--once)

test: ## Run every check and every test
	@tools/prerequisites.sh test
	@tools/stage.sh "fetch crates" cargo fetch --locked
	@tools/stage.sh "tools" $(XTASK) tools
	@tools/stage.sh "packages of the console" $(XTASK) web install
	@tools/stage.sh "format" cargo fmt --all --check
	@tools/stage.sh "format of Go" diff /dev/null <(gofmt -d tools/test-provider tools/go-tfe)
	@tools/stage.sh "tidy" $(XTASK) tidy
	@tools/stage.sh "licences" $(XTASK) licences
	@tools/stage.sh "clippy" cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
	@RUSTDOCFLAGS='-D warnings' tools/stage.sh "documentation" cargo doc --locked --workspace --no-deps --quiet
	@tools/stage.sh "types and rules of the console" $(XTASK) web check
	@tools/stage.sh "components of the console" $(XTASK) web test
	@tools/stage.sh "build the console" $(XTASK) web build
	@tools/stage.sh "build" cargo build --locked --workspace --all-targets
	@tools/stage.sh "generated documents" $(XTASK) gen --check
	@tools/stage.sh "tests" $(XTASK) tests
	@tools/stage.sh "stories on PostgreSQL" $(XTASK) stories
	@tools/stage.sh "flows" $(XTASK) web flows
	@tools/stage.sh "Kubernetes" $(XTASK) kubernetes

bench: ## Measure, and print the table
	@tools/prerequisites.sh test
	@$(XTASK) tools
	@tools/stage.sh "build the console" $(XTASK) web install install-bench build
	@$(XTASK) bench

nightly: ## Run the tests that take hours: many more seeds and cases
	@PROPTEST_CASES=20000 SLIPWAY_FUZZ_CASES=200000 SLIPWAY_SIMULATION_FAULTS=100000 SLIPWAY_KILL_ALL=1 SLIPWAY_LOAD_ALL=1 SLIPWAY_STORIES_ALL=1 FLOWS_ALL=1 $(MAKE) --no-print-directory test
	@tools/stage.sh "fuzz targets" tools/fuzz.sh 600
	@tools/stage.sh "stories on Kubernetes" env SLIPWAY_KILL_ALL=1 SLIPWAY_LOAD_ALL=1 $(XTASK) kubernetes --stories

dev: ## Serve, keeping the data, and the console from its sources (LISTEN=, DATA=)
	@tools/prerequisites.sh demo
	@tools/stage.sh "packages of the console" $(XTASK) web install
	@tools/stage.sh "build slipway" cargo build --locked
	@$(XTASK) dev --listen '$(LISTEN)' $(if $(DATA),--data '$(DATA)')

tools: ## Obtain OpenTofu, the providers and the services that tests use
	@tools/prerequisites.sh test
	@$(XTASK) tools --print

fmt: ## Format the code
	@cargo fmt --all
	@gofmt -w tools/test-provider tools/go-tfe

clean: ## Remove what was built; the tool cache stays
	@cargo clean
