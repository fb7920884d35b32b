#!/bin/sh
# Pin every dependency with its hashes: for the whole project, for the signaling server alone, and for the Windows lab.
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

# pip-compile can't ask what Windows needs (`sys_platform` is where it runs). The versions are those of the first lock.
UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile --quiet --generate-hashes --extra client \
    --python-platform x86_64-pc-windows-msvc --python-version 3.11 --constraint requirements.lock \
    --output-file tests/winlab/requirements-windows.lock pyproject.toml tests/winlab/requirements-windows.in
