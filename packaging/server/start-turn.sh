#!/bin/sh
# Start coturn as `udp` or `tcp`. It takes a shared secret from its configuration or its command line and nothing else, so the
# configuration is put together here, where its user alone reads it: on a command line everybody on the machine would.
# usage: start-turn.sh udp|tcp CONFIGURATION_FOLDER SECRET_FILE RUN_FOLDER
set -eu
umask 077
{
    cat "$2/turnserver.conf" "$2/turnserver-$1.conf"
    echo "static-auth-secret=$(cat "$3")"
    # Nothing is kept in it. A new file would be locked by one thread of coturn while another refuses the first clients.
    echo "userdb=:memory:"
    echo "pidfile="
} >"$4/turn-$1.conf"
exec turnserver -c "$4/turn-$1.conf"
