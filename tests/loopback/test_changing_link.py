"""A link that becomes slow, or has to be shared: real associations and the sender's window, in virtual time."""

import asyncio
import itertools

import pytest

from remotedesk.transport.sctp.recovery import RecoveringSctpTransport
from tests.bench.screen.links import Link
from tests.support.virtual_link import CubicFlow, OwnFlow, PictureFlow, SharedLink, VirtualLoop, run_virtually, shares

_THIRD = 1 / 3


def test_a_link_forty_times_slower_repeats_little_and_empties_its_queue() -> None:
    async def work(loop: VirtualLoop) -> None:
        link = SharedLink(loop, Link("steps", 20_000, 0.030))
        flow = OwnFlow(link)
        await flow.start()
        await asyncio.sleep(4)
        link.change_rate(500)
        changed = loop.time()
        await asyncio.sleep(10)
        assert link.longest_delay(changed + 1.5, changed + 10) < 0.300
        sender = flow.associations[0]
        assert isinstance(sender, RecoveringSctpTransport)
        assert 0 < sender.counts.repeated <= 1.1 * link.lost + 10
        assert flow.received == list(range(1, len(flow.received) + 1))

    run_virtually(work)


@pytest.mark.parametrize(("kbps", "delay_s"), [(2_000, 0.030), (512, 0.050)])
def test_a_bulk_transfer_leaves_us_a_fair_part_and_then_nothing_of_its_queue(kbps: int, delay_s: float) -> None:
    async def work(loop: VirtualLoop) -> dict[str, float]:
        link = SharedLink(loop, Link("shared", kbps, delay_s))
        ours, bulk = OwnFlow(link), CubicFlow(link)
        await ours.start()
        await asyncio.sleep(5)
        bulk.start()
        await asyncio.sleep(5)
        before = {"ours": ours.carried, "bulk": bulk.carried}
        await asyncio.sleep(40)
        after = {"ours": ours.carried, "bulk": bulk.carried}
        bulk.stop()
        await asyncio.sleep(30)
        assert link.longest_delay(loop.time() - 3, loop.time()) < delay_s + 0.150
        return shares(before, after, 40, kbps)

    measured = run_virtually(work)
    assert min(measured.values()) >= 0.6 * _THIRD
    assert sum(measured.values()) > 0.8


def test_pictures_made_for_the_rate_that_is_told_hold_their_part_against_a_bulk_transfer() -> None:
    async def work(loop: VirtualLoop) -> dict[str, float]:
        link = SharedLink(loop, Link("shared", 2_000, 0.030))
        ours, bulk = PictureFlow(link), CubicFlow(link)
        await ours.start()
        await asyncio.sleep(8)
        bulk.start()
        await asyncio.sleep(5)
        before = {"ours": ours.carried, "bulk": bulk.carried}
        await asyncio.sleep(60)
        after = {"ours": ours.carried, "bulk": bulk.carried}
        await ours.stop()
        bulk.stop()
        return shares(before, after, 60, 2_000)

    measured = run_virtually(work)
    assert min(measured.values()) >= 0.7 * _THIRD
    assert sum(measured.values()) > 0.8


@pytest.mark.parametrize("kinds", list(itertools.product((OwnFlow, PictureFlow), repeat=2)))
def test_two_flows_of_ours_share_a_short_queue(kinds: tuple[type[OwnFlow], type[OwnFlow]]) -> None:
    async def work(loop: VirtualLoop) -> dict[str, float]:
        link = SharedLink(loop, Link("shared", 2_000, 0.030))
        flows = {name: kind(link) for name, kind in zip(("first", "second"), kinds, strict=True)}
        await flows["first"].start()
        await asyncio.sleep(5)
        await flows["second"].start()
        await asyncio.sleep(5)
        before = {name: flow.carried for name, flow in flows.items()}
        await asyncio.sleep(30)
        # Pictures hand over ahead of themselves what the link carries while the next is made.
        assert link.longest_delay(loop.time() - 20, loop.time()) < 0.030 + (0.120 if OwnFlow in kinds else 0.170)
        after = {name: flow.carried for name, flow in flows.items()}
        for flow in flows.values():
            await flow.stop()
        return shares(before, after, 30, 2_000)

    assert min(run_virtually(work).values()) >= _THIRD


@pytest.mark.parametrize(("kind", "least"), [(OwnFlow, 0.78), (PictureFlow, 0.75)])
def test_a_link_is_not_idle_while_a_lost_packet_is_repeated(kind: type[OwnFlow], least: float) -> None:
    async def work(loop: VirtualLoop) -> float:
        link = SharedLink(loop, Link("lossy", 2_000, 0.030, loss=0.02))
        flow = kind(link)
        await flow.start()
        await asyncio.sleep(5)
        before = flow.carried
        await asyncio.sleep(30)
        assert link.longest_delay(loop.time() - 30, loop.time()) < 0.030 + 0.170
        await flow.stop()
        return (flow.carried - before) / 125 / 30 / 2_000

    assert run_virtually(work) >= least
