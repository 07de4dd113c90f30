#!/usr/bin/env bash
# Searches the fuzz targets by coverage, with the stable compiler: what cargo-fuzz would pass to it beside a sanitizer.
#
#   tools/fuzz.sh SECONDS [TARGET…]     each target for so long; all of them when none is named
#
# Inputs that reach something new stay in target/fuzz-corpus; one that fails is written to fuzz/corpus/<target>, where
# every test run tries it, and is to be committed with what it found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:?how many seconds for each target}
shift
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
    for file in fuzz/fuzz_targets/*.rs; do
        targets+=("$(basename "$file" .rs)")
    done
fi
# The versions that everything else is built with; cargo adds the fuzzer's own.
cp Cargo.lock fuzz/Cargo.lock
# Where a target is named, these flags are not for build scripts.
platform=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
chosen=()
for target in "${targets[@]}"; do
    chosen+=(--bin "$target")
done
cargo build --release --manifest-path fuzz/Cargo.toml --target "$platform" --target-dir target/fuzz "${chosen[@]}"
for target in "${targets[@]}"; do
    grown=target/fuzz-corpus/$target
    kept=fuzz/corpus/$target
    mkdir -p "$grown" "$kept"
    echo "== $target, $seconds s"
    "target/fuzz/$platform/release/$target" "$grown" "$kept" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$kept/" -print_final_stats=1
done
