"""Runs one proxy script, in a process of its own that can open neither a file nor a socket.

`python -m remotedesk.transport.reach.pac_process`, or in a frozen build `remotedesk --internal-proxy-script`. Reads
lines of JSON (`Task`, then an `Address` for each name it asks about) and writes lines of JSON (`Said`). A script is
foreign code: it gets no environment, 512 MB and five seconds, and whoever started this process ends it before that.
"""

import json
import resource
import sys
from datetime import UTC, datetime
from typing import Final

import msgspec
from dukpy import JSInterpreter, JSRuntimeError

from remotedesk.core.proxy_settings import LONGEST_SCRIPT_RESULT
from remotedesk.transport.reach import pac_functions
from remotedesk.transport.reach.pac_messages import Address, Said, Task

MEMORY: Final = 512 * 1024 * 1024
CPU_S: Final = 5
_NO_NEW_FILES: Final = 3  # none beyond the three that are open

_GLUE: Final = """
const alert = () => {};
const isPlainHostName = (host) => call_python("isPlainHostName", String(host));
const dnsDomainIs = (host, domain) => call_python("dnsDomainIs", String(host), String(domain));
const localHostOrDomainIs = (host, full) => call_python("localHostOrDomainIs", String(host), String(full));
const dnsResolve = (host) => call_python("dnsResolve", String(host)) ?? null;
const isResolvable = (host) => dnsResolve(host) !== null;
const isInNet = (host, net, mask) => call_python("isInNet", String(host), String(net), String(mask));
const myIpAddress = () => call_python("myIpAddress");
const dnsDomainLevels = (host) => call_python("dnsDomainLevels", String(host));
const shExpMatch = (text, pattern) => call_python("shExpMatch", String(text), String(pattern));
const weekdayRange = (...words) => call_python("weekdayRange", ...words);
const dateRange = (...words) => call_python("dateRange", ...words);
const timeRange = (...words) => call_python("timeRange", ...words);
"""
_CALL: Final = "String(FindProxyForURL(dukpy.url, dukpy.host))"


class _Interpreter(JSInterpreter):  # type: ignore[misc]
    """JavaScript and nothing else: neither the environment, nor a console, nor modules."""

    def _init_process(self) -> None:
        pass

    def _init_console(self) -> None:
        pass

    def _init_require(self) -> None:
        pass


def main() -> None:
    """Run what standard input says, and end."""
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    interpreter = _Interpreter()
    datetime.now().astimezone()  # reads the time zone while files can be opened
    _export(interpreter, task.address)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_NO_NEW_FILES, _NO_NEW_FILES))
    try:
        interpreter.evaljs(_GLUE)
        interpreter.evaljs(task.script)
        result = interpreter.evaljs(_CALL, url=task.url, host=task.host)
    except (JSRuntimeError, json.JSONDecodeError, UnicodeError, MemoryError):
        result = ""
    shown = result[:LONGEST_SCRIPT_RESULT] if isinstance(result, str) else ""
    _say(Said(result=shown.encode(errors="replace").decode()))  # JavaScript has halves of characters


def _export(interpreter: JSInterpreter, own_address: str) -> None:
    def now(gmt: bool) -> datetime:
        return datetime.now(UTC) if gmt else datetime.now().astimezone()

    functions = {
        "isPlainHostName": pac_functions.is_plain_host_name,
        "dnsDomainIs": pac_functions.dns_domain_is,
        "localHostOrDomainIs": pac_functions.local_host_or_domain_is,
        "dnsResolve": _resolved,
        "isInNet": lambda host, net, mask: pac_functions.is_in_net(_resolved(host) or "", net, mask),
        "myIpAddress": lambda: own_address,
        "dnsDomainLevels": pac_functions.dns_domain_levels,
        "shExpMatch": pac_functions.sh_exp_match,
        "weekdayRange": lambda *words: pac_functions.weekday_range(words, now),
        "dateRange": lambda *words: pac_functions.date_range(words, now),
        "timeRange": lambda *words: pac_functions.time_range(words, now),
    }
    for name, function in functions.items():
        interpreter.export_function(name, function)


def _resolved(host: str) -> str | None:
    _say(Said(resolve=host))
    return msgspec.json.decode(sys.stdin.buffer.readline(), type=Address).address


def _say(said: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
