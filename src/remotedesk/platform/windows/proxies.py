"""Placeholder."""

from remotedesk.core.proxy_settings import ProxySettings


def proxy_settings() -> ProxySettings:
    """x"""
    return ProxySettings()


def run_proxy_script(pac_url: str, url: str) -> str | None:
    """x"""
    return None
