#!/bin/sh
# Starts the shop as it starts everywhere, then asks it what a visitor and a load balancer would ask.
set -eu

get() { wget -q -O - "http://127.0.0.1:8080$1"; }
fail() { echo "failed: $1" >&2; exit 1; }

sh /start.sh &
tries=50
until get /healthz >/dev/null 2>&1; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || fail 'the shop does not become healthy'
  sleep 0.1
done
echo 'passed: the shop becomes healthy'

get / | grep -q '<title>The corner shop</title>' || fail 'the page has no title'
echo 'passed: the page has a title'

version=$(get /version)
get / | grep -q "<b>$version</b>" || fail "the page does not show its version $version"
echo "passed: the page shows its version $version"
