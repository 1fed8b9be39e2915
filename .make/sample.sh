#!/bin/sh
# sample.sh DATA: loads 20,000 sample facilities into a data folder that is new. A load that was interrupted is repeated.
set -eu
data=$1
if [ -n "${FUJIN_DATABASE_URL:-}" ]; then exit 0; fi
if [ -e "$data/fujin.db" ] && [ ! -e "$data/sample.loading" ]; then exit 0; fi
mkdir -p "$data"
: >"$data/sample.loading"
echo "loading 20,000 sample facilities into $data"
bin/fujin sample -n 20000 --seed 1 >"$data/sample.geojsonl"
bin/fujin import --data "$data" --dataset sample "$data/sample.geojsonl"
rm "$data/sample.geojsonl" "$data/sample.loading"
