#!/bin/sh
# Brings a database to the newest schema: database/apply.sh postgresql://user@host:port/dbname
# Safe to repeat; does nothing when the database is up to date. The user must own the database.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 <postgresql dsn>" >&2
    exit 2
fi
case $1 in
    postgresql+asyncpg://*) target="db:pg://${1#postgresql+asyncpg://}" ;;
    postgresql://*) target="db:pg://${1#postgresql://}" ;;
    postgres://*) target="db:pg://${1#postgres://}" ;;
    db:pg:*) target=$1 ;;
    *)
        echo "$0: not a PostgreSQL URL: expected postgresql://user@host:port/dbname" >&2
        exit 2
        ;;
esac

cd "$(dirname "$0")"
# Who deployed is recorded by sqitch; a service account has no full name or mail address of its own.
SQITCH_FULLNAME=${SQITCH_FULLNAME:-$(id -un)} SQITCH_EMAIL=${SQITCH_EMAIL:-$(id -un)@$(hostname)} \
    exec sqitch deploy --verify "$target"
