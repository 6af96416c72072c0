#!/usr/bin/env bash
# Opens the pages and pictures that `connect` writes in headless Chromium, checks and measures them, and leaves screenshots.
# Prints "skipped: ..." and succeeds where Node.js, the package registry or Chromium is not there. Chromium is installed from
# Debian's packages where that is allowed.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
    echo "skipped: pages: $1"
    exit 0
}

for tool in node npm; do
    command -v "$tool" >/dev/null || skip "there is no $tool"
done
chromium=$(command -v chromium || true)
if [[ -z $chromium ]]; then
    command -v apt-get >/dev/null && [[ $(id -u) == 0 ]] || skip 'there is no chromium, and nobody who may install it'
    apt-get install --yes --no-install-recommends chromium >/dev/null 2>&1 || {
        apt-get update >/dev/null 2>&1 || true
        apt-get install --yes --no-install-recommends chromium >/dev/null 2>&1 || skip 'chromium cannot be installed'
    }
    chromium=$(command -v chromium) || skip 'chromium was installed and is not there'
fi

target=${CARGO_TARGET_DIR:-target}
modules=$target/pages
version=1.56.1
if [[ ! -f $modules/node_modules/playwright-core/package.json ]]; then
    mkdir -p "$modules"
    log=$(npm install --prefix "$modules" --no-save --no-package-lock --no-audit --no-fund --ignore-scripts \
        "playwright-core@$version" 2>&1) || skip "the package registry is not there: ${log##*$'\n'}"
fi

cargo build --quiet --package connect-cli
out=$target/ci/pages
mkdir -p "$out"
NODE_PATH=$(realpath "$modules/node_modules") TZ=UTC node .ci/pages.cjs "$target/debug/connect" "$chromium" "$out"
