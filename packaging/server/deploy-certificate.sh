#!/bin/sh
# certbot's deploy hook: put certificate and key into the one file that HAProxy reads, and have it read that again.
set -eu
umask 027
cat "$RENEWED_LINEAGE/fullchain.pem" "$RENEWED_LINEAGE/privkey.pem" >/etc/remotedesk/certificate.new
chgrp haproxy /etc/remotedesk/certificate.new
mv /etc/remotedesk/certificate.new /etc/remotedesk/certificate.pem
systemctl reload remotedesk-proxy
