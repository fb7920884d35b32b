#!/bin/sh
# Pin every dependency with its hashes, once for the whole project and once for the signaling server alone.
set -eu
cd "$(dirname "$0")/.."

pin() { # pin LOCKFILE [pip-compile options]
    lockfile=$1
    shift
    CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$lockfile" "$@" pyproject.toml
}

pin requirements.lock --extra client --extra dev --build-deps-for editable
pin signaling/requirements.lock --build-deps-for wheel
