#!/bin/sh
# `promtool check ready`, for which Debian's promtool is too old; everything else is its own.
set -eu

if [ "${1:-} ${2:-}" != "check ready" ]; then
	exec /usr/bin/promtool "$@"
fi

for argument in "$@"; do
	case "$argument" in
	--url=*) url="${argument#*=}" ;;
	--http.config.file=*) config="${argument#*=}" ;;
	esac
done

setting() {
	sed -n "s/^ *$1: *//p" "$config"
}

# In a file of its own, in memory: everybody can read the arguments of a process.
login="$(mktemp -p /dev/shm)"
trap 'rm "$login"' EXIT
printf 'user = %s\npassword = %s\n' "$(setting username)" "$(cat "$(setting password_file)")" >"$login"
wget --config="$login" -q -O /dev/null "$url/-/ready"
