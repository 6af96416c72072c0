#!/usr/bin/env bash
# The tests of the store and the command line over PostgreSQL, on a server of their own: a free port of loopback, a throw-away folder. It is
# Debian's, installed where that is possible; else the step is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

programs() {
    local folder
    for folder in "$(dirname "$(command -v initdb || echo /none/initdb)")" /usr/lib/postgresql/*/bin; do
        if [[ -x $folder/initdb && -x $folder/pg_ctl ]]; then
            printf '%s\n' "$folder"
            return
        fi
    done
}

bin=$(programs)
if [[ -z $bin && $EUID == 0 ]] && command -v apt-get >/dev/null; then
    apt-get install --quiet --yes --no-install-recommends postgresql >/dev/null 2>&1 || true
    bin=$(programs)
fi
if [[ -z $bin ]]; then
    echo 'skipped: PostgreSQL is not there'
    exit
fi
# PostgreSQL refuses to run as root.
if [[ $EUID == 0 ]] && ! id postgres >/dev/null 2>&1; then
    echo 'skipped: PostgreSQL is there, but no user postgres to run it'
    exit
fi

as_user=()
if [[ $EUID == 0 ]]; then
    as_user=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi

folder=$(mktemp --directory)
# shellcheck disable=SC2317 # called by the trap
stop() {
    "${as_user[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
if [[ $EUID == 0 ]]; then
    chown postgres "$folder"
fi
(
    cd "$folder"
    "${as_user[@]}" "$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --no-sync >/dev/null
)

# Another program may have the port: once more, then. Connections are given ports from 32768 on.
for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12768))
    options="-h 127.0.0.1 -p $port -k $folder -c fsync=off"
    control=("${as_user[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --wait --log="$folder/log" --options="$options")
    if (cd "$folder" && "${control[@]}" start) >/dev/null; then
        export CONNECT_TEST_POSTGRES=postgres://postgres@127.0.0.1:$port PROPTEST_CASES=16
        cargo test --quiet --package connect-local-endpoint --features postgres --lib -- store::
        # The features that are built already.
        commands=(cargo test --quiet --package connect-cli --features parquet,postgres --test cli --)
        "${commands[@]}" postgres::
        # What restarts the server is alone with it.
        CONNECT_TEST_POSTGRES_RESTART="cd '$folder' && ${control[*]@Q} --mode=immediate restart" \
            "${commands[@]}" --test-threads=1 shared::
        exit
    fi
    cat "$folder/log" || true
done
exit 1
