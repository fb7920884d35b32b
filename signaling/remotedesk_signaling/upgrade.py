"""From an HTTP request to a WebSocket."""

from aiohttp import web


async def upgrade(socket: web.WebSocketResponse, request: web.Request) -> None:
    """Answer the handshake. Raises web.HTTPBadRequest for a broken one.

    aiohttp raises ValueError where `Sec-WebSocket-Key` is not ASCII, which would be an error of ours in the log.
    """
    try:
        await socket.prepare(request)
    except ValueError:
        raise web.HTTPBadRequest(text="no WebSocket handshake") from None
