#!/bin/sh
# setup.sh test|bench: installs what is missing, or says in one line what to install.
#   test:  a PostgreSQL server and Chromium
#   bench: also PostGIS, Redis and GDAL
set -eu
missing=""
need() { # need PACKAGE COMMAND…: the package, unless one of the commands is there
	package=$1
	shift
	for command in "$@"; do
		if command -v "$command" >/dev/null 2>&1; then return; fi
	done
	missing="$missing $package"
}

if [ -z "${FUJIN_TEST_SQLITE_ONLY:-}" ]; then
	# The client alone has a folder there too.
	if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then need postgresql initdb; fi
fi
need chromium chromium chromium-browser google-chrome
if [ "${1:-test}" = bench ]; then
	# The library, not its scripts, which are a package of their own.
	if ! ls /usr/lib/postgresql/*/lib/postgis-3.so >/dev/null 2>&1; then missing="$missing postgresql-postgis"; fi
	need redis-server redis-server valkey-server
	need gdal-bin ogr2ogr
fi
if [ -z "$missing" ]; then exit 0; fi

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "Please install:$missing (on Debian or Ubuntu: sudo apt-get install$missing)" >&2
	exit 1
fi
echo "installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >&2
# The server is started by the tests themselves, in a folder of their own: no cluster of the system's is wanted.
if [ -n "$(echo "$missing" | grep postgresql)" ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
	apt-get install -q -y --no-install-recommends postgresql-common >&2
	sed -i 's/^#\{0,1\} *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
fi
# shellcheck disable=SC2086 # a list of package names
apt-get install -q -y --no-install-recommends $missing >&2
