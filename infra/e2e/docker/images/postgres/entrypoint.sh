#!/bin/sh
# What the official image promises, for who is already the right user: an empty data folder is prepared from
# POSTGRES_USER, POSTGRES_DB and POSTGRES_PASSWORD_FILE, then the server takes this process' place.
set -eu

if [ "${1:-postgres}" != postgres ]; then
	exec "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
	user="${POSTGRES_USER:-postgres}"
	database="${POSTGRES_DB:-$user}"
	: "${POSTGRES_PASSWORD_FILE:?names no file with the password of a new database}"

	# Prepared beside it: whoever is killed meanwhile leaves nothing that looks ready.
	new="$PGDATA.new"
	rm -rf "$new"
	initdb --pgdata="$new" --username="$user" --pwfile="$POSTGRES_PASSWORD_FILE" \
		--auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
	echo "listen_addresses = '*'" >>"$new/postgresql.conf"
	echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"

	pg_ctl --pgdata="$new" --options="-c listen_addresses=''" --wait start
	if [ "$database" != postgres ]; then
		createdb --username="$user" --maintenance-db=postgres "$database"
	fi
	pg_ctl --pgdata="$new" --mode=fast --wait stop
	# Replaces an empty folder, and no other.
	mv -T "$new" "$PGDATA"
fi

exec "$@"
