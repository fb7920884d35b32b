"""A TURN server at 127.0.0.1 for a library that knows no proxies, WebSockets or trust of ours.

It answers the library's Allocate with the address that is held already, and carries everything after that through.
"""

import asyncio
import contextlib
import logging
import socket
from typing import Final

from aioice.stun import Class, Message, Method

from remotedesk.core.errors import ErrorCode, ProtocolError, RemotedeskError
from remotedesk.transport.reach.held import HeldRelay, Holder
from remotedesk.transport.reach.streams import ByteStream, Messages, SocketStream
from remotedesk.transport.reach.stun import parse, request
from remotedesk.transport.reach.turn import UNAUTHORIZED, Allocation

log = logging.getLogger(__name__)
HOST: Final = "127.0.0.1"
CONNECTIONS: Final = 2  # at a time; a peer connection needs one
GREETED_WITHIN_S: Final = 5.0
REQUESTS: Final = 4  # of a greeting, which needs two
SILENT_FOR_S: Final = 10.0  # proxies commonly drop what is silent for 30 to 60 s
RECEIVE_BUFFER: Final = 64 * 1024  # bytes that may wait in the system before we read them


class LocalTunnel:
    """Listens on a port that the system chose. Only who signs with the credentials of the relay gets through."""

    def __init__(self, holder: Holder) -> None:
        """Take over the holder of the relays, one for each connection."""
        self._holder = holder
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()
        self.broken = False  # a connection that was let through has ended: its relayed address is gone
        self.port = 0

    async def open(self) -> None:
        """Begin to listen. Raises OSError if the system has no port."""
        listening = socket.create_server((HOST, 0), backlog=CONNECTIONS)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.port = listening.getsockname()[1]
        self._server = await asyncio.start_server(self._take, sock=listening)

    async def close(self) -> None:
        """Stop listening, close what is carried, and give back what is held; may be called again."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        await self._holder.close()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None or len(self._carrying) == CONNECTIONS:
            writer.transport.abort()
            return
        # asyncio does not, on a listening socket that was made without naming TCP; small messages would wait 40 ms.
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.ensure_future(self._carry(SocketStream((reader, writer))))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, near: ByteStream) -> None:
        try:
            held = await self._greet(near)
        except (RemotedeskError, ConnectionError, TimeoutError) as error:
            log.info("the tunnel closes a connection: %s", error)
            await near.close()
            return
        except asyncio.CancelledError:
            await near.close()
            raise
        try:
            await join(near, held.stream)
        finally:
            self.broken = True
            await near.close()
            await held.stream.close()

    async def _greet(self, near: ByteStream) -> HeldRelay:
        """Return the relay that now belongs to who connected. A stranger does not use it up."""
        held = await self._holder.take()
        try:
            async with asyncio.timeout(GREETED_WITHIN_S):
                await greet(near, held.allocation)
        except BaseException:
            await self._holder.give_back(held)
            raise
        return held


async def greet(near: ByteStream, allocation: Allocation) -> None:
    """Answer an Allocate as the relay would (RFC 8656, 7), with what it gave us.

    Raises ProtocolError for anything else, and for who cannot sign with the credentials; ConnectionError at the end.
    """
    messages, key = Messages(near), allocation.challenge.key
    for _ in range(REQUESTS):
        message = parse(await messages.next())
        if (message.message_method, message.message_class) != (Method.ALLOCATE, Class.REQUEST) or messages.rest:
            break
        signed = message.check_message_integrity(key)
        answer = _success(message, allocation) if signed else _challenge(message, allocation)
        await near.write(bytes(answer))
        if signed:
            return
    raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, "no Allocate")


def _challenge(message: Message, allocation: Allocation) -> Message:
    answer = Message(Method.ALLOCATE, Class.ERROR, message.transaction_id)
    answer.attributes["ERROR-CODE"] = UNAUTHORIZED, "Unauthorized"
    answer.attributes |= {"REALM": allocation.challenge.realm, "NONCE": allocation.challenge.nonce}
    return answer


def _success(message: Message, allocation: Allocation) -> Message:
    answer = Message(Method.ALLOCATE, Class.RESPONSE, message.transaction_id)
    answer.attributes["XOR-RELAYED-ADDRESS"] = allocation.relayed
    answer.attributes["XOR-MAPPED-ADDRESS"] = allocation.mapped
    answer.attributes["LIFETIME"] = allocation.lifetime_s
    answer.add_message_integrity(allocation.challenge.key)
    return answer


async def join(near: ByteStream, far: ByteStream) -> None:
    """Carry bytes both ways until either end is gone; neither way runs ahead of its receiver.

    While `near` is silent, `far` is asked something now and then, so that no proxy in between takes it for dead.
    """
    ways = [asyncio.ensure_future(_carry_bytes(_Lively(near), far)), asyncio.ensure_future(_carry_bytes(far, near))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


class _Lively:
    """Reads a library's messages, and a Binding request of ours whenever there has been none for a while.

    The answer reaches the library, which does not know it and passes it over. Whoever is silent for so long is between
    two messages: they are written whole, and read as long as the other end takes them.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    async def read(self) -> bytes:
        try:
            async with asyncio.timeout(SILENT_FOR_S):
                return await self._stream.read()
        except TimeoutError:
            return bytes(request(Method.BINDING))


async def _carry_bytes(source: ByteStream | _Lively, sink: ByteStream) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read():
            await sink.write(data)
