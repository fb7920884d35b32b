#!/bin/sh
# Make this checkout ready to work: Debian packages, virtual environment, locked Python packages. Quick when nothing is to do.
set -eu
cd "$(dirname "$0")/.."

say() { echo "setup: $*"; }

python_is_new_enough() {
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'
}

debian_packages() { # one name a line; of `a|b` the one this system knows
    sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' packaging/debian-packages.txt | while read -r line; do
        chosen=${line%%|*}
        if [ "$chosen" != "$line" ] && ! apt-cache show "$chosen" >/dev/null 2>&1; then chosen=${line#*|}; fi
        echo "$chosen"
    done
}

all_installed() {
    # shellcheck disable=SC2046 # one word per package is meant
    plan=$(apt-get install --simulate --no-upgrade --no-install-recommends $(debian_packages) 2>/dev/null) || return 1
    ! echo "$plan" | grep -q '^Inst '
}

install_debian_packages() {
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else
        say "some Debian packages are missing; install them with"
        echo "  sudo apt-get update && sudo apt-get install --no-install-recommends -y" $(debian_packages)
        return 1
    fi
    say "installing Debian packages (some minutes the first time)"
    log=$(mktemp)
    patient="-o Acquire::Retries=3" # the archive may be out of reach for a moment
    # shellcheck disable=SC2046,SC2086
    if $as_root apt-get update -qq $patient >"$log" 2>&1 && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq $patient --no-upgrade --no-install-recommends -y $(debian_packages) >>"$log" 2>&1; then rm "$log"; else
        cat "$log"
        rm "$log"
        return 1
    fi
}

install_python_packages() {
    say "installing Python packages into .venv"
    # The lock's own pip first, checked by its hashes: Debian's (23.0) looks past `coverage==` for the newest
    # `coverage[toml]` that pytest-cov asks for, and then refuses it for not being pinned.
    sed -n '/^pip==/,/[^\\]$/p' requirements.lock >.venv/pip.txt
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r .venv/pip.txt
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
}

is_done() { [ "$(cat ".venv/$1.stamp" 2>/dev/null)" = "$2" ]; }

if ! python_is_new_enough; then say "Python 3.11 or newer is needed, this is $(python3 --version)" && exit 1; fi

if command -v apt-get >/dev/null; then
    debian=$(cksum <packaging/debian-packages.txt)
    if ! is_done debian "$debian"; then all_installed || install_debian_packages; fi
else
    debian="none"
    say "this is neither Debian nor Ubuntu: packaging/debian-packages.txt says which programs are needed"
fi
[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || python3 -m venv --clear .venv
echo "$debian" >.venv/debian.stamp

python="$(cat requirements.lock pyproject.toml | cksum) $(pwd)"
if ! is_done python "$python"; then
    install_python_packages
    echo "$python" >.venv/python.stamp
fi
