#!/usr/bin/env bash
# Runs a command as a named stage: says when it starts, how long it took, and that it failed if it did.
#
#   tools/stage.sh NAME COMMAND [ARGUMENT…]
#
# Appends "seconds<tab>name" to the file that STAGE_TIMES names, if any.
set -uo pipefail

name=$1
shift

printf '\n== %s\n' "$name"
started=$SECONDS
"$@"
status=$?
elapsed=$((SECONDS - started))

if [[ -n "${STAGE_TIMES:-}" ]]; then
    printf '%d\t%s\n' "$elapsed" "$name" >>"$STAGE_TIMES"
fi
if ((status != 0)); then
    printf '== %s: FAILED after %d s\n' "$name" "$elapsed" >&2
    exit "$status"
fi
printf '== %s: %d s\n' "$name" "$elapsed"
