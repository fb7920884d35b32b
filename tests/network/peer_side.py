"""What both clients' processes have in common: commands in, one a line, and what the engine tells out, one a line.

A command is a JSON list, the name first. A line out is a JSON object: `at`, in seconds of CLOCK_MONOTONIC, which all
processes of one machine share, `what`, and facts. Settings are one JSON object; see `options`.
"""

import json
import logging
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from remotedesk.core.proxy_settings import ProxyLogin, WayOut, parse_proxy
from remotedesk.core.reach import ProxySource
from remotedesk.engine.customer import CustomerEngine
from remotedesk.engine.engineer import EngineerEngine
from remotedesk.engine.events import (
    ChatAdded,
    CodeReady,
    EngineEvent,
    Failed,
    GrantsChanged,
    RecordClosed,
    StateChanged,
)
from remotedesk.engine.options import EngineOptions
from remotedesk.transport.server_address import ServerAddress, Trust

_writing: Final = threading.Lock()


def tell(what: str, **facts: object) -> None:
    """Print a line."""
    line = json.dumps({"at": time.monotonic(), "what": what, **facts})
    with _writing:
        print(line, flush=True)


def options(settings: dict[str, Any]) -> EngineOptions:
    """Return what the engine is to know.

    `server`, `records`, a folder, `relay_only`, and maybe `proxy`, `user` and `password`.
    The system's authorities are trusted.
    """
    way_out = WayOut()
    if "proxy" in settings:
        proxy = parse_proxy(settings["proxy"], ProxySource.MANUAL)
        user = settings.get("user")
        login = ProxyLogin(proxy.host, proxy.port, user, settings["password"]) if user else None
        way_out = WayOut(proxy, login=login)
    server, records = ServerAddress.parse(settings["server"]), Path(settings["records"])
    return EngineOptions(server, Trust(), records, way_out=way_out, relay_only=settings["relay_only"])


def tell_event(event: EngineEvent, engine: CustomerEngine | EngineerEngine) -> None:
    """Tell what either engine may say; in its thread."""
    match event:
        case StateChanged(state=state, code=code):
            tell("state", state=str(state), code=code, **how(engine))
        case Failed(code=code):
            tell("failed", code=code)
        case CodeReady(code=code):
            tell("paired", code=code)
        case GrantsChanged(features=features, suspensions=suspensions):
            tell("grants", features=sorted(features), suspensions=sorted(suspensions))
        case ChatAdded(text=text, mine=mine):
            tell("chat", text=text, mine=mine)
        case RecordClosed(short_code=short_code):
            tell("closed", short_code=short_code)


def how(engine: CustomerEngine | EngineerEngine) -> dict[str, object]:
    """Return how the nominated pair of candidates travels, if there is one; in the engine's thread.

    `local` and `remote` are candidate types (RFC 8839, 5.1), `way` is how this side's own relay is reached, and `tried`
    what came of each way.
    """
    session = engine._session
    if session is None or session.connection is None:
        return {}
    link = session.connection.link
    assert link._pc.sctp is not None
    pair = next(iter(link._pc.sctp.transport.transport._connection._nominated.values()), None)
    if pair is None:
        return {}
    tried = {f"{each.way} {each.code or 'works'}" for each in session.reaching.survey.attempts}
    kinds = {"local": pair.local_candidate.type, "remote": pair.remote_candidate.type}
    return {**kinds, "way": link._plan.way, "tried": sorted(tried)}


def obey(side: object) -> None:
    """Do what the lines say until there are no more."""
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        getattr(side, name)(*arguments)


def log_to_stderr() -> None:
    """Have what the client logs where a failed test finds it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
