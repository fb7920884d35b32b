"""The ways out that a machine's system and its user know."""

import asyncio
from collections.abc import Sequence

from remotedesk.core.proxy_settings import ProxySettings, WayOut, parse_script_result
from remotedesk.core.reach import Proxy, ProxySource
from remotedesk.platform.ports import Platform
from remotedesk.transport.reach.pac import run_script
from remotedesk.transport.reach.proxy_ways import Ways


def find_ways(platform: Platform, way_out: WayOut) -> Ways:
    """Return the ways out of the network this machine is in; its settings are read anew for each connection."""

    async def script(settings: ProxySettings, host: str, port: int) -> Sequence[Proxy | None]:
        url = f"https://{f'[{host}]' if ':' in host else host}:{port}/"
        named = [(settings.pac_url, ProxySource.PAC)] if settings.pac_url else []
        for pac_url, source in named + [("", ProxySource.WPAD)] * settings.detect:
            said = await asyncio.to_thread(platform.run_proxy_script, pac_url, url)
            if said is None and pac_url:
                said = await run_script(pac_url, url, host)
            if found := parse_script_result(said or "", source):
                return found
        return ()

    return Ways(platform.proxy_settings, way_out, script)
