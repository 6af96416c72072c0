#!/usr/bin/env bash
# Checks `connect serve` and the output formats against clients that are not ours: boto3 and the AWS CLI.
# Prints "skipped: ..." and succeeds where Python or the package registry is not there.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
    echo "skipped: interop: $1"
    exit 0
}

command -v python3 >/dev/null || skip "there is no python3"
requirements=tests/interop/requirements.txt
venv="${CARGO_TARGET_DIR:-target}/interop"
if ! cmp --silent "$requirements" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv" >/dev/null 2>&1 || skip "python3 cannot make a virtual environment"
    log=$("$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "$requirements" 2>&1) || {
        rm -rf "$venv"
        skip "the package registry is not there: ${log##*$'\n'}"
    }
    cp "$requirements" "$venv/requirements.txt"
fi

cargo build --quiet --package connect-cli
export PYTHONDONTWRITEBYTECODE=1
"$venv/bin/python" -m pytest --quiet -p no:cacheprovider -r s tests/interop \
    --connect "${CARGO_TARGET_DIR:-target}/debug/connect" --aws "$venv/bin/aws" "$@"
"$venv/bin/aws" --version
