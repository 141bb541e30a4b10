# Migrations go up, down and up again, and every step verifies.
set -euo pipefail
cd "$1"
database="lm_migrations_$$"
url="${LM_TEST_POSTGRES%/*}/$database"
psql -q "$LM_TEST_POSTGRES" -c "create database $database"
trap 'psql -q "$LM_TEST_POSTGRES" -c "drop database if exists $database with (force)"' EXIT
target="db:pg:${url#postgresql:}"
cd database
export SQITCH_FULLNAME=test SQITCH_EMAIL=test@localhost
sqitch deploy --verify "$target"
sqitch verify "$target"
sqitch revert -y "$target"
left=$(psql -At "$url" -c "select count(*) from pg_namespace where nspname in ('auth', 'fleet', 'lifecycle')")
[ "$left" = 0 ] || { echo "revert leaves $left schemas behind"; exit 1; }
sqitch deploy --verify "$target"
