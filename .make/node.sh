#!/bin/sh
# node.sh: says clearly when Node is missing or too old to build the page.
set -eu
if ! command -v npm >/dev/null 2>&1; then
	echo "Please install Node 20.19 or newer, with npm: the page is built with it" >&2
	exit 1
fi
node -e '
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	console.error(`Please install Node 20.19 or newer: ${process.version} is too old to build the page`);
	process.exit(1);
}'
