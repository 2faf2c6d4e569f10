# What the official entry point does for a container that runs as the user postgres: prepares an empty data folder with a
# server that listens on the socket only, then runs the command.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "${POSTGRES_PASSWORD:-}" ] || { echo 'POSTGRES_PASSWORD is not set' >&2; exit 1; }
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --username=postgres --pwfile=/tmp/password ${POSTGRES_INITDB_ARGS:-}
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  psql -v ON_ERROR_STOP=1 -v name="${POSTGRES_DB:-postgres}" -U postgres <<'SQL'
select format('create database %I', :'name') where not exists (select from pg_database where datname = :'name') \gexec
SQL
  sleep 2
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
