"""`python -m remotedesk` is the same as the `remotedesk` command."""

from remotedesk.cli import main

raise SystemExit(main())
