"""Sessions and what may happen to them: no sockets, no clock, no tasks.

WAITING --join--> EXCHANGE --guess failed--> COUNTED --allow retry--> EXCHANGE (or WAITING without a customer)
                  EXCHANGE --paired--> PAIRED, whose lost sides may resume
Each exchange counts at most one failed guess, whoever reports it. A customer who leaves after he has sent anything in
an exchange has used the guess, so that nobody guesses by hanging up; one who leaves before has not.

Errors: ProtocolError is a broken client, whose socket is to be closed; any other RemotedeskError is only an answer.
"""

import secrets
from collections.abc import Callable

from remotedesk.core.errors import ConsentError, ErrorCode, NumberError, ProtocolError, ServerError
from remotedesk.wire import signaling as wire
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.numbers import NumberPool
from remotedesk_signaling.sessions import Client, Engineer, KeptSession, Phase, Seat, Session, key_of, new_token


class Registry:
    """All sessions of one server. `now` is given with each call, in seconds of one monotonic clock."""

    def __init__(
        self,
        limits: Limits,
        choose: Callable[[int], int] = secrets.randbelow,
        ended: Callable[[Session], None] = lambda _: None,
    ) -> None:
        """`ended` is told of every session that is over, and must not raise."""
        self._limits = limits
        self._ended = ended
        self._numbers: NumberPool[Session] = NumberPool(limits, choose)
        self._by_token: dict[str, Seat] = {}  # by the keys of their tokens
        self._sessions: dict[Session, None] = {}  # a set in the order of issue
        self._live_by_account: dict[str, int] = {}

    @property
    def waiting(self) -> int:
        """How many numbers are live."""
        return len(self._numbers)

    @property
    def sessions(self) -> int:
        """How many sessions there are, paired or not."""
        return len(self._sessions)

    # -- before the pairing ---------------------------------------------------------------------------------

    def issue(self, client: Client, who: Engineer, now: float) -> None:
        """Give `client` a fresh number; an unused older one of his is burnt.

        Raises ConsentError(STATE_FORBIDS) in a paired session, ServerError: SERVER_FULL, TOO_MANY_REQUESTS.
        """
        old = client.seat
        if old is not None:
            if not old.is_engineer or old.session.phase is Phase.PAIRED:
                raise ConsentError(ErrorCode.STATE_FORBIDS, "issue")
            self._burn(old.session, now)
        self._make_room(who.name, now)
        if len(self._sessions) >= self._limits.sessions_most:
            raise ServerError(ErrorCode.SERVER_FULL)
        lifetime = self._limits.number_lifetime_s
        token = new_token()
        session = Session(who, key_of(token), self._limits.guesses, now + lifetime)
        session.routing = self._numbers.draw(session, now)
        session.engineer.take(client)
        self._sessions[session] = None
        self._by_token[session.engineer.key] = session.engineer
        self._live_by_account[who.name] = self._live_by_account.get(who.name, 0) + 1
        client.send(wire.Issued(session.routing, max(1, int(lifetime)), token))

    def join(self, client: Client, routing: str, now: float) -> None:
        """Seat a customer by the routing digits.

        Raises NumberError: NUMBER_UNKNOWN, NUMBER_EXPIRED, NUMBER_USED (somebody is here, or a failed guess is not
        yet forgiven), NUMBER_BURNT; ConsentError(PEER_LOST) while the engineer's socket is lost.
        """
        if client.seat is not None:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, "join")
        found = self._numbers.find(routing, now)
        if isinstance(found, ErrorCode):
            raise NumberError(found)
        if now >= found.expires_at:
            raise NumberError(ErrorCode.NUMBER_EXPIRED)
        if found.phase is not Phase.WAITING:
            raise NumberError(ErrorCode.NUMBER_USED)
        if found.engineer.client is None:
            raise ConsentError(ErrorCode.PEER_LOST)
        token = new_token()
        found.customer = Seat(found, key_of(token), is_engineer=False)
        found.customer.take(client)
        found.phase = Phase.EXCHANGE
        found.begun = False
        client.send(wire.Joined(found.who.name, found.who.company, token))
        found.engineer.tell(wire.PeerJoined())

    def guess_failed(self, client: Client, now: float) -> None:
        """Count this exchange's guess, once.

        A customer who has sent nothing in this exchange speaks of the one before: that is counted already.
        """
        seat = self._seat(client)
        session = seat.session
        if session.phase is Phase.PAIRED:
            raise ConsentError(ErrorCode.STATE_FORBIDS, "guess failed")
        if session.phase is Phase.EXCHANGE and (seat.is_engineer or session.begun):
            self._count(session, now)

    def allow_retry(self, client: Client) -> None:
        """Begin the next exchange; nothing happens when there is nothing to allow."""
        session = self._engineers(client).session
        if session.phase is not Phase.COUNTED:
            return
        session.phase = Phase.WAITING if session.customer is None else Phase.EXCHANGE
        session.begun = False
        session.tell(wire.RetryAllowed(session.guesses_left))

    def burn(self, client: Client, now: float) -> None:
        """Take the number back. Raises ConsentError(STATE_FORBIDS) once paired."""
        session = self._engineers(client).session
        if session.phase is Phase.PAIRED:
            raise ConsentError(ErrorCode.STATE_FORBIDS, "burn")
        self._burn(session, now)

    def paired(self, client: Client, now: float) -> Session:
        """The guess was right: the digits are used up, the session stays, and is returned.

        Raises ConsentError(STATE_FORBIDS) when the exchange is over already.
        """
        session = self._engineers(client).session
        if session.phase is not Phase.EXCHANGE or session.customer is None:
            raise ConsentError(ErrorCode.STATE_FORBIDS, "paired")
        self._retire(session, ErrorCode.NUMBER_USED, now)
        session.phase = Phase.PAIRED
        self._by_token[session.customer.key] = session.customer
        return session

    def restore(self, kept: KeptSession, now: float) -> None:
        """Have a paired session of an earlier process wait for its sides, as if both were lost just now."""
        session = Session(Engineer("", ""), kept.engineer_key, 0, now)  # names and guesses were for the pairing
        session.customer = Seat(session, kept.customer_key, is_engineer=False)
        session.phase = Phase.PAIRED
        self._sessions[session] = None
        for seat in session.seats():
            seat.lost_at = now
            self._by_token[seat.key] = seat

    # -- at any time ----------------------------------------------------------------------------------------

    def relay(self, client: Client, message: wire.Relay) -> None:
        """Pass bytes on, unread. Between a failed guess and the next exchange they are dropped.

        Raises ConsentError(PEER_LOST) when nobody is there to take them.
        """
        seat = self._seat(client)
        session = seat.session
        if session.phase is Phase.COUNTED:
            return
        other = seat.other
        if other is None or other.client is None:
            raise ConsentError(ErrorCode.PEER_LOST)
        session.begun |= not seat.is_engineer
        other.client.send(message)

    def paired_seat(self, client: Client) -> Seat:
        """Return where `client` sits in a paired session; raises ConsentError(STATE_FORBIDS) in any other case."""
        if client.seat is None or client.seat.session.phase is not Phase.PAIRED:
            raise ConsentError(ErrorCode.STATE_FORBIDS, "not paired")
        return client.seat

    def resume(self, client: Client, token: str) -> None:
        """Bring a side back to its session; a socket that still sits there is dropped.

        Raises ConsentError(PEER_ENDED) when there is no such session.
        """
        if client.seat is not None:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, "resume")
        seat = self._by_token.get(key_of(token))
        if seat is None:
            raise ConsentError(ErrorCode.PEER_ENDED)
        older = seat.client
        seat.vacate()
        if older is not None:
            older.drop(ErrorCode.STATE_FORBIDS)
        seat.take(client)
        other = seat.other
        client.send(wire.Resumed(other is not None and other.client is not None))
        session = seat.session
        if session.phase is Phase.COUNTED:
            client.send(wire.GuessCounted(session.guesses_left))
        if other is not None:
            other.tell(wire.PeerPresent(True))

    def leave(self, client: Client, now: float) -> None:
        """One side is done: a paired session ends, an unpaired engineer burns his number."""
        seat = self._seat(client)
        session = seat.session
        if not seat.is_engineer and session.phase is not Phase.PAIRED:
            self._customer_gone(seat, now)
            return
        other = seat.other
        if other is not None:
            other.tell(wire.PeerLeft())
        self._end(session, ErrorCode.NUMBER_BURNT, now)

    def lost(self, client: Client, now: float) -> None:
        """The socket is gone without a word."""
        seat = client.seat
        if seat is None:
            return
        session = seat.session
        seat.vacate()
        seat.lost_at = now
        if not seat.is_engineer and session.phase is not Phase.PAIRED:
            self._customer_gone(seat, now)
            return
        if session.phase is Phase.EXCHANGE:
            self._count(session, now)  # the engineer's half of the exchange is gone
        if session in self._sessions and seat.other is not None:
            seat.other.tell(wire.PeerPresent(False))

    def sweep(self, now: float) -> None:
        """End what has run out; call it about once a second."""
        for session in tuple(self._sessions):
            if session.phase is Phase.PAIRED:
                if any(s.client is None and now >= s.lost_at + self._limits.resume_s for s in session.seats()):
                    session.tell(wire.PeerLeft())
                    self._end(session, ErrorCode.NUMBER_USED, now)
                continue
            grace = 0.0 if session.customer is None else self._limits.joined_grace_s
            if now >= session.expires_at + grace:
                session.tell(wire.Refused(ErrorCode.NUMBER_EXPIRED))
                self._end(session, ErrorCode.NUMBER_EXPIRED, now)

    # -- helpers --------------------------------------------------------------------------------------------

    def _seat(self, client: Client) -> Seat:
        if client.seat is not None:
            return client.seat
        if client.was_seated:
            raise ConsentError(ErrorCode.PEER_ENDED)
        raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, "no session")

    def _engineers(self, client: Client) -> Seat:
        seat = self._seat(client)
        if not seat.is_engineer:
            raise ProtocolError(ErrorCode.MESSAGE_OUT_OF_ORDER, "the engineer's to say")
        return seat

    def _count(self, session: Session, now: float) -> None:
        session.guesses_left -= 1
        session.phase = Phase.COUNTED
        session.tell(wire.GuessCounted(session.guesses_left))
        if session.guesses_left == 0:
            self._end(session, ErrorCode.NUMBER_BURNT, now)

    def _customer_gone(self, seat: Seat, now: float) -> None:
        """A customer left or was lost before the pairing: the guess he began is counted, the seat is free."""
        session = seat.session
        seat.vacate()
        session.customer = None
        session.engineer.tell(wire.PeerLeft())
        if session.phase is Phase.EXCHANGE and session.begun:
            self._count(session, now)
        elif session.phase is Phase.EXCHANGE:
            session.phase = Phase.WAITING

    def _burn(self, session: Session, now: float) -> None:
        if session.customer is not None:
            session.customer.tell(wire.Refused(ErrorCode.NUMBER_BURNT))
        self._end(session, ErrorCode.NUMBER_BURNT, now)

    def _end(self, session: Session, why: ErrorCode, now: float) -> None:
        """Forget the session; its sockets stay open and may begin anew."""
        if session.phase is not Phase.PAIRED:
            self._retire(session, why, now)
        for seat in session.seats():
            seat.vacate()
            self._by_token.pop(seat.key, None)
        del self._sessions[session]
        self._ended(session)

    def _retire(self, session: Session, why: ErrorCode, now: float) -> None:
        self._numbers.retire(session.routing, why, now)
        account = session.who.name
        self._live_by_account[account] -= 1
        if not self._live_by_account[account]:
            del self._live_by_account[account]

    def _make_room(self, account: str, now: float) -> None:
        """Burn the account's oldest number that nobody holds any more, if it has too many."""
        if self._live_by_account.get(account, 0) < self._limits.live_numbers_per_account:
            return
        for session in self._sessions:
            if session.who.name == account and session.phase is not Phase.PAIRED and session.engineer.client is None:
                self._burn(session, now)
                return
        raise ServerError(ErrorCode.TOO_MANY_REQUESTS)
