"""What a lab cannot do without."""

import os
import shutil
import subprocess
import sys
from typing import Final

PROGRAMS: Final = (
    "conntrack", "ethtool", "haproxy", "htpasswd", "ip", "iptables", "nsenter", "openssl", "setpriv",
    "squid", "turnserver", "unshare",
)  # fmt: skip


def missing() -> str:
    """Return why there can be no lab on this machine, or nothing."""
    if sys.platform != "linux":
        return "network namespaces are Linux'"
    if os.geteuid() != 0:
        return "needs root, for network namespaces and firewalls"
    if absent := [program for program in PROGRAMS if shutil.which(program) is None]:
        return f"not installed: {', '.join(absent)} (packaging/debian-packages.txt)"
    trial = ["unshare", "--net", "--mount", "iptables", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE"]
    ran = subprocess.run(trial, capture_output=True, text=True, timeout=20)
    return f"no namespaces or no NAT here: {ran.stderr.strip()}" if ran.returncode else ""
