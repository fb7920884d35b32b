"""The page where a customer types the number: static files in two languages, made ready once."""

import hashlib
import html
import json
from importlib.resources import files
from string import Template
from typing import Final

from aiohttp import hdrs, web

LANGUAGES: Final = ("ja", "en")
_DEFAULT: Final = "en"
_STATIC: Final = {"app.js": "text/javascript", "style.css": "text/css", "icon.svg": "image/svg+xml"}

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Page:
    """Serves `/` in the browser's language, `/ja` and `/en`, and the files they need."""

    def __init__(self) -> None:
        self._pages = {language: _render(language).encode() for language in LANGUAGES}
        self._files = {name: read(name).encode() for name in _STATIC}

    def routes(self) -> list[web.RouteDef]:
        """Return what to add to an application."""
        paths = ["/", *(f"/{language}" for language in LANGUAGES), *(f"/{name}" for name in _STATIC)]
        return [web.get(path, self._get) for path in paths]

    async def _get(self, request: web.Request) -> web.Response:
        name = request.path.strip("/")
        if name in self._files:
            return answer(request, self._files[name], _STATIC[name])
        language = name or preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
        response = answer(request, self._pages[language], "text/html")
        response.headers[hdrs.CONTENT_LANGUAGE] = language
        response.headers[hdrs.VARY] = hdrs.ACCEPT_LANGUAGE
        return response


def preferred(accepted: str) -> str:
    """Return the best of our languages for an Accept-Language header (RFC 9110, section 12.5.4)."""
    best, best_quality = _DEFAULT, 0.0
    for part in accepted[:1_000].split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameters)
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def answer(request: web.Request, body: bytes, content_type: str) -> web.Response:
    """Return a page or a part of one, with the headers that keep it to itself."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**SECURITY_HEADERS, hdrs.CACHE_CONTROL: "no-cache", hdrs.ETAG: tag}
    if request.headers.get(hdrs.IF_NONE_MATCH) == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)


def _render(language: str) -> str:
    texts: dict[str, str] = json.loads(read(f"{language}.json"))
    escaped = {name: html.escape(text) for name, text in texts.items()}
    current = {f"{other}_current": 'aria-current="true"' if other == language else "" for other in LANGUAGES}
    return Template(read("index.html")).substitute(escaped, language=language, **current)


def read(name: str) -> str:
    """Return a file of the page."""
    return (files(__package__) / "page" / name).read_text(encoding="utf-8")
