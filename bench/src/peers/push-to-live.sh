#!/bin/sh
# The delivery that a team writes by hand: build, push, pull and test, deploy by digest, wait until every task runs.
# Everything it needs comes by environment: DEV TEST OPS (docker hosts), REGISTRY, DOCKER_CONFIG, APP (folder), TAG, PORT.
set -eu
now() { date +%s%3N; }
lap() { echo "$1 $(($(now) - started))"; started=$(now); }
image=$REGISTRY/dev/bench-script
started=$(now)

DOCKER_BUILDKIT=0 docker -H "$DEV" build --quiet --tag "$image:$TAG" "$APP" >/dev/null
lap build
docker -H "$DEV" push --quiet "$image:$TAG" >/dev/null
digest=$(docker -H "$DEV" image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image:$TAG" | grep "^$image@" | head -n 1)
lap push
docker -H "$TEST" pull --quiet "$digest" >/dev/null
docker -H "$TEST" run --rm --network none "$digest" sh -c 'sh /test.sh' >/dev/null
lap test
sed -e "s|IMAGE|$digest|" -e "s|PORT|$PORT|" "$STACK" | docker -H "$OPS" stack deploy --with-registry-auth --compose-file - bench-script >/dev/null 2>&1
while :; do
  running=$(docker -H "$OPS" service ps --filter desired-state=running --format '{{.Image}} {{.CurrentState}}' --no-trunc bench-script_app | grep -c "^$digest Running" || true)
  state=$(docker -H "$OPS" service inspect --format '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}' bench-script_app)
  [ "$running" = 2 ] && [ "$state" != updating ] && break
  sleep 0.1
done
lap deploy
