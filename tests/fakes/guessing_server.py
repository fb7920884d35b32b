"""A signaling server that plays the customer itself and tries one secret after the other on the engineer."""

from aiohttp import web
from aiohttp.test_utils import TestServer

from remotedesk.transport.pairing import Binding, CustomerPairing, PairingTerms
from remotedesk.wire import signaling
from remotedesk.wire.pairing import RELAY, PakeEngineer, PakeRefused, RelayMessage
from remotedesk.wire.signaling import SUBPROTOCOL, TO_CLIENT, TO_SERVER, ToClient

ROUTING = "12345"


class GuessingServer:
    """Never says that a guess was counted: after each it pretends that a new customer has come.

    `answered` counts the guesses that the engineer's client has judged; the digits are never right.
    """

    def __init__(self) -> None:
        self.answered = 0
        self._guess = 0
        self._pairing: CustomerPairing | None = None
        app = web.Application()
        app.router.add_get("/ws", self._serve)
        self._server = TestServer(app)

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1, without TLS."""
        return self._server.port or 0

    async def __aenter__(self) -> "GuessingServer":
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,))
        await socket.prepare(request)
        async for item in socket:
            match TO_SERVER.decode(item.data):
                case signaling.SignIn(name=name):
                    await _say(socket, signaling.SignedIn(name, "Example"))
                case signaling.Issue():
                    await _say(socket, signaling.Issued(ROUTING, 600, "t" * 22))
                    await self._begin(socket)
                case signaling.Relay(payload=payload):
                    await self._go_on(socket, RELAY.decode(payload))
        return socket

    async def _begin(self, socket: web.WebSocketResponse) -> None:
        self._guess += 1
        # No secret is this long, so none of the guesses is right by luck.
        self._pairing = CustomerPairing(PairingTerms(f"{self._guess:07}", Binding("127.0.0.1", ROUTING), ()))
        await _say(socket, signaling.PeerJoined())
        await _relay(socket, self._pairing.opening)

    async def _go_on(self, socket: web.WebSocketResponse, message: RelayMessage) -> None:
        assert self._pairing is not None
        match message:
            case PakeEngineer():
                await _relay(socket, self._pairing.answer(message)[1])
            case PakeRefused():
                self.answered += 1
                await self._begin(socket)


async def _say(socket: web.WebSocketResponse, message: ToClient) -> None:
    await socket.send_bytes(TO_CLIENT.encode(message))


async def _relay(socket: web.WebSocketResponse, message: RelayMessage) -> None:
    await _say(socket, signaling.Relay(RELAY.encode(message)))
