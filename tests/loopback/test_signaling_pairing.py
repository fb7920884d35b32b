"""Two real sockets get paired by a real server and talk through it."""

from remotedesk.core.errors import ErrorCode
from remotedesk.wire import signaling as wire
from tests.support.signaling import COMPANY, NAME, clients_of, running_server


async def test_sign_in_issue_join_relay_and_leave() -> None:
    async with running_server() as server, clients_of(server) as clients:
        engineer, customer = await clients.engineer(), await clients.connect()
        issued = await engineer.issue()
        assert len(issued.routing) == 5
        assert issued.expires_in_s == 600
        joined = await customer.join(issued.routing)
        assert (joined.engineer, joined.company) == (NAME, COMPANY)
        await engineer.expect(wire.PeerJoined)
        await customer.send(wire.Relay(b"from the customer"))
        assert (await engineer.expect(wire.Relay)).payload == b"from the customer"
        await engineer.send(wire.Relay(b"from the engineer"))
        assert (await customer.expect(wire.Relay)).payload == b"from the engineer"
        await engineer.send(wire.Paired())
        await engineer.send(wire.Relay(b"after which the server knows it"))
        await customer.expect(wire.Relay)
        await customer.send(wire.Leave())
        await engineer.expect(wire.PeerLeft)
        await engineer.issue()


async def test_a_second_customer_is_refused_and_the_first_is_unharmed() -> None:
    async with running_server() as server, clients_of(server) as clients:
        engineer, first, second = await clients.engineer(), await clients.connect(), await clients.connect()
        routing = (await engineer.issue()).routing
        await first.join(routing)
        await engineer.expect(wire.PeerJoined)
        await second.send(wire.Join(routing))
        assert await second.refused() == ErrorCode.NUMBER_USED
        await engineer.send(wire.Paired())
        await first.send(wire.Relay(b"still here"))
        assert (await engineer.expect(wire.Relay)).payload == b"still here"
        await second.send(wire.Join(routing))
        assert await second.refused() == ErrorCode.NUMBER_USED
