"""A signaling server that is against its users: it pairs two sockets and does what it likes with what they send."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from remotedesk.core.errors import RemotedeskError
from remotedesk.core.role import Role
from remotedesk.transport.relay import SignalingRelay
from remotedesk.transport.server_address import ServerAddress
from remotedesk.transport.signaling_client import SignalingClient
from remotedesk.wire.pairing import RELAY, PakeCustomer, PakeEngineer, RelayMessage, Sealed
from remotedesk.wire.signaling import LARGEST, SUBPROTOCOL, TO_CLIENT, TO_SERVER, Relay

Deliveries = Iterable[tuple[Role, RelayMessage]]


class HonestCarrier:
    """Stands for a server that does its job; the others differ from it in one way each."""

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        """Return what is delivered to whom because `sender` sent `message`."""
        yield sender.other, message


class Replayer(HonestCarrier):
    """Delivers everything twice."""

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        yield from [(sender.other, message)] * 2


class Renumberer(HonestCarrier):
    """Delivers every envelope a second time, under the next counter."""

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        yield sender.other, message
        if isinstance(message, Sealed):
            yield sender.other, Sealed(message.counter + 1, message.box)


class Reflector(HonestCarrier):
    """Sends everything back to where it came from."""

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        yield sender, message


class DisguisedReflector(HonestCarrier):
    """Sends the first messages back as if the other side had made them; `relabel` makes up the side byte too."""

    def __init__(self, relabel: bool) -> None:
        self._relabel = relabel

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        kinds = {Role.CUSTOMER: PakeEngineer, Role.ENGINEER: PakeCustomer}
        if isinstance(message, PakeCustomer | PakeEngineer):
            side = {Role.CUSTOMER: b"B", Role.ENGINEER: b"A"}[sender] if self._relabel else message.spake2[:1]
            yield sender, kinds[sender](message.version, message.capabilities, side + message.spake2[1:])
            # The engineer speaks only when he has heard a customer.
            if sender is Role.CUSTOMER:
                yield sender.other, message
        else:
            yield sender.other, message


class Reorderer(HonestCarrier):
    """Swaps each two messages of one direction."""

    def __init__(self) -> None:
        self._held: dict[Role, RelayMessage] = {}

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        if sender in self._held:
            yield sender.other, message
            yield sender.other, self._held.pop(sender)
        else:
            self._held[sender] = message


class Dropper(HonestCarrier):
    """Loses the first message of each direction."""

    def __init__(self) -> None:
        self._lost: set[Role] = set()

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        if sender in self._lost:
            yield sender.other, message
        self._lost.add(sender)


class BlackHole(HonestCarrier):
    """Loses everything."""

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        return ()


class Editor(HonestCarrier):
    """Changes messages by a function; what it returns unchanged passes."""

    def __init__(self, edit: Callable[[RelayMessage], RelayMessage]) -> None:
        self._edit = edit

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        yield sender.other, self._edit(message)


class Swapper(HonestCarrier):
    """Puts what one side sealed into the envelope of the other."""

    def __init__(self) -> None:
        self._boxes: dict[Role, list[bytes]] = {role: [] for role in Role}

    def carry(self, sender: Role, message: RelayMessage) -> Deliveries:
        if isinstance(message, Sealed):
            self._boxes[sender].append(message.box)
            for counter, (box, other) in enumerate(zip(*self._boxes.values(), strict=False)):
                yield Role.CUSTOMER, Sealed(counter, box)
                yield Role.ENGINEER, Sealed(counter, other)


class EvilServer:
    """A real socket server on 127.0.0.1; the first to come is the customer. Keeps every byte it received."""

    def __init__(self, carrier: HonestCarrier) -> None:
        self.carrier = carrier
        self.received: list[bytes] = []
        self._sockets: dict[Role, web.WebSocketResponse] = {}
        app = web.Application()
        app.router.add_get("/ws", self._serve)
        self._server = TestServer(app)

    async def __aenter__(self) -> "EvilServer":
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def address(self) -> ServerAddress:
        """Where it listens, without TLS."""
        return ServerAddress("127.0.0.1", self._server.port or 0, secure=False)

    @asynccontextmanager
    async def clients(self) -> AsyncIterator[tuple[SignalingRelay, SignalingRelay]]:
        """Connect a customer and an engineer, real clients; yields their relays."""
        async with AsyncExitStack() as undo:
            relays = []
            for _ in Role:
                client = await undo.enter_async_context(await SignalingClient.connect(self.address))
                relay = SignalingRelay(client)
                pump = asyncio.create_task(_pump(client, relay))
                undo.push_async_callback(_cancel, pump)
                relays.append(relay)
            yield relays[0], relays[1]

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,), max_msg_size=LARGEST)
        await socket.prepare(request)
        role = Role.ENGINEER if self._sockets else Role.CUSTOMER
        self._sockets[role] = socket
        async for item in socket:
            self.received.append(item.data)
            message = TO_SERVER.decode(item.data)
            assert isinstance(message, Relay)
            self.received.append(message.payload)
            relayed = RELAY.decode(message.payload)
            self.received += [value for value in msgspec.structs.astuple(relayed) if isinstance(value, bytes)]
            for to, what in self.carrier.carry(role, relayed):
                await self._sockets[to].send_bytes(TO_CLIENT.encode(Relay(RELAY.encode(what))))
        return socket


async def _pump(client: SignalingClient, relay: SignalingRelay) -> None:
    try:
        while True:
            message = await client.receive()
            assert isinstance(message, Relay)
            relay.deliver(message.payload)
    except RemotedeskError as error:
        relay.fail(error)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
