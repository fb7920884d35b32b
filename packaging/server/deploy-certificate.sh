#!/bin/sh
# certbot's deploy hook: put certificate and key into the one file that HAProxy reads, and have it read that again. The signaling
# server is given the certificate alone. That file is written in place, as a container may have it mounted.
set -eu
umask 027
cat "$RENEWED_LINEAGE/fullchain.pem" "$RENEWED_LINEAGE/privkey.pem" >/etc/remotedesk/certificate.new
chgrp haproxy /etc/remotedesk/certificate.new
mv /etc/remotedesk/certificate.new /etc/remotedesk/certificate.pem
[ -e /etc/remotedesk/fullchain.pem ] || install -m 0644 /dev/null /etc/remotedesk/fullchain.pem
cat "$RENEWED_LINEAGE/fullchain.pem" >/etc/remotedesk/fullchain.pem
systemctl reload remotedesk-proxy
