#!/usr/bin/env bash
# Tests over a PostgreSQL server of their own. It is Debian's, installed where that is possible.
set -euo pipefail
cd "$(dirname "$0")/.."

is_there() {
    command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'
} >/dev/null

install() {
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >/dev/null 2>&1
}

if ! is_there && [[ $EUID == 0 ]] && command -v apt-get >/dev/null; then
    # Debian would make and start a server, too.
    if install postgresql-common || { apt-get update >/dev/null 2>&1 && install postgresql-common; }; then
        echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
        install postgresql || true
    fi
fi
exec cargo xtask verify store
