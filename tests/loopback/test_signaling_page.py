"""What the page's requests are answered with."""

import pytest

from tests.support.signaling import clients_of, running_server


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("fr,ja;q=0.5,en;q=0.4", "ja"),
        ("en;q=0,ja;q=0.1", "ja"),
        ("de", "en"),
        ("ja;q=x", "en"),
        ("", "en"),
    ],
)
async def test_the_page_comes_in_the_browsers_language(accepted: str, language: str) -> None:
    async with (
        running_server() as server,
        clients_of(server) as clients,
        clients.session.get(f"{clients.url}/", headers={"Accept-Language": accepted}) as response,
    ):
        assert response.status == 200
        assert response.headers["Content-Language"] == language
        assert response.headers["Vary"] == "Accept-Language"
        assert f'<html lang="{language}">' in await response.text()


@pytest.mark.parametrize(
    "path", ["/", "/ja", "/en", "/network", "/ja/network", "/en/network", "/app.js", "/style.css", "/icon.svg"]
)
async def test_every_answer_has_the_security_headers(path: str) -> None:
    async with running_server() as server, clients_of(server) as clients:
        async with clients.session.get(clients.url + path) as response:
            assert response.status == 200
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            tag = response.headers["ETag"]
            text = await response.text()
        assert "$" not in text or path.endswith(".js")
        if path in ("/", "/ja", "/en") or "network" in path:
            for forbidden in ("<form", "style=", "onclick", "https://", "http://", ' name="n'):
                assert forbidden not in text
        async with clients.session.get(clients.url + path, headers={"If-None-Match": tag}) as response:
            assert response.status == 304


async def test_nothing_else_is_served() -> None:
    async with running_server() as server, clients_of(server) as clients:
        for path in (
            "/page.py",
            "/../server.py",
            "/ja.json",
            "/index.html",
            "/network.html",
            "/fr/network",
            "/123456789012",
        ):
            async with clients.session.get(clients.url + path) as response:
                assert response.status == 404
        async with clients.session.post(f"{clients.url}/", data=b"number=1") as response:
            assert response.status == 405
