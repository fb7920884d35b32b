"""Signaling servers that play the other side themselves and try one secret after the other on a client."""

from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from remotedesk.transport.pairing import Binding, CustomerPairing, EngineerPairing, PairingTerms
from remotedesk.wire import signaling
from remotedesk.wire.pairing import RELAY, ConfirmCustomer, PakeCustomer, PakeEngineer, PakeRefused, RelayMessage
from remotedesk.wire.signaling import SUBPROTOCOL, TO_CLIENT, TO_SERVER, ToClient, ToServer

ROUTING = "12345"


class _Server:
    """What speaks the protocol of a signaling server, and decides for itself what to say."""

    def __init__(self) -> None:
        app = web.Application()
        app.router.add_get("/ws", self._serve)
        self._server = TestServer(app)

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1, without TLS."""
        return self._server.port or 0

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,))
        await socket.prepare(request)
        async for item in socket:
            await self._take(socket, TO_SERVER.decode(item.data))
        return socket

    async def _take(self, socket: web.WebSocketResponse, message: ToServer) -> None:
        raise NotImplementedError


class GuessingServer(_Server):
    """Never says that a guess was counted: after each it pretends that a new customer has come.

    `answered` counts the guesses that the engineer's client has judged; the digits are never right.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answered = 0
        self._guess = 0
        self._pairing: CustomerPairing | None = None

    async def _take(self, socket: web.WebSocketResponse, message: ToServer) -> None:
        match message:
            case signaling.SignIn(name=name):
                await _say(socket, signaling.SignedIn(name, "Example"))
            case signaling.Issue():
                await _say(socket, signaling.Issued(ROUTING, 600, "t" * 22))
                await self._begin(socket)
            case signaling.Relay(payload=payload):
                await self._go_on(socket, RELAY.decode(payload))

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


class VanishingServer(_Server):
    """Plays the engineer: takes the customer's proof, which tells whether a guess was right, and is gone, or mute.

    `guesses` counts the proofs it got; the digits are never right.
    """

    def __init__(self, *, mute: bool) -> None:
        super().__init__()
        self.guesses = 0
        self._mute = mute

    async def _take(self, socket: web.WebSocketResponse, message: ToServer) -> None:
        match message:
            case signaling.Join():
                await _say(socket, signaling.Joined("Hanako Sato", "Example", "t" * 22))
            case signaling.Relay(payload=payload):
                await self._go_on(socket, RELAY.decode(payload))

    async def _go_on(self, socket: web.WebSocketResponse, message: RelayMessage) -> None:
        match message:
            case PakeCustomer():
                terms = PairingTerms(f"{self.guesses:07}", Binding("127.0.0.1", ROUTING), ())
                await _relay(socket, EngineerPairing(terms).message)
            case ConfirmCustomer():
                self.guesses += 1
                if self._mute:
                    await _relay(socket, PakeRefused())
                else:
                    await socket.close()


async def _say(socket: web.WebSocketResponse, message: ToClient) -> None:
    await socket.send_bytes(TO_CLIENT.encode(message))


async def _relay(socket: web.WebSocketResponse, message: RelayMessage) -> None:
    await _say(socket, signaling.Relay(RELAY.encode(message)))
