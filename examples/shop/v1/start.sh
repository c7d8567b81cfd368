#!/bin/sh
echo "shop v1 starts in ${SLUICE_ENVIRONMENT:-no environment}" >&2
echo ok > /www/healthz
exec httpd -f -p 8080 -h /www
