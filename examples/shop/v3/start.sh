#!/bin/sh
# From this version on the shop shows prices. PRICE_SERVICE says where they come from; without it they are examples.
log() { echo "$*" >&2; }

# Says why when there is no answer. (By `timeout`, because wget's own -T crashes in Debian's busybox 1.35.)
fetch_prices() { timeout 3 wget -q -O /prices.json "$PRICE_SERVICE/prices" 2>&1; }

log "shop v3 starts in ${SLUICE_ENVIRONMENT:-no environment}"
httpd -f -p 8080 -h /www &

if [ -n "${PRICE_SERVICE:-}" ]; then
  # Without prices the shop stays up but is not well: /healthz appears with the first answer.
  until reason=$(fetch_prices); do
    [ "$reason" != Terminated ] || reason='nothing within 3 s'
    log "price service $PRICE_SERVICE does not answer: $reason"
    log 'no prices to show, /healthz answers 404, next attempt in 2 s'
    sleep 2
  done
  mv /prices.json /www/prices.json
else
  cp /prices.example.json /www/prices.json
fi

log 'prices are there, the shop is open'
echo ok > /www/healthz
wait
