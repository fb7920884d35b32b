"""`python -m remotedesk_signaling` is the same as the `remotedesk-signaling` command."""

from remotedesk_signaling.cli import main

raise SystemExit(main())
