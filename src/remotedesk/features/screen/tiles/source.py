"""The customer's end: turns each captured picture into the messages that bring the viewer's up to it."""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final

import numpy as np

from remotedesk.core.errors import ErrorCode, PlatformError
from remotedesk.core.geometry import Rect
from remotedesk.features.screen.tiles.codec import TileEncoder, packed
from remotedesk.features.screen.tiles.coder import Coded
from remotedesk.features.screen.tiles.draft import MESSAGE_BYTES, Draft
from remotedesk.features.screen.tiles.grid import (
    BYTES_PER_PIXEL,
    TILE,
    Changes,
    Mask,
    Pixels,
    TileHashes,
    as_pixels,
    by_size,
    changes_between,
    moved_between,
    no_changes,
    part,
    rectangles,
)
from remotedesk.features.screen.tiles.lossy import Lossy
from remotedesk.features.screen.tiles.motion import MotionSource
from remotedesk.features.screen.tiles.moves import FEWEST_TILES, find_moves, merely_moved
from remotedesk.features.screen.tiles.strip_choice import StripChoice
from remotedesk.features.screen.tiles.strips import StripEncoder
from remotedesk.transport.video import Option
from remotedesk.wire.tiles import TILES, Ack, Copy, Update, allowed_size

AT_POINTER: Final = TILE  # rows above the pointer that are next to it
MISSES_TO_REST: Final = 3  # pictures in which nothing was found to have moved …
RESTS: Final = 8  # … before only each eighth is searched: a turning model does not scroll
_SEQUENCES: Final = 1 << 32

Code = Callable[[Pixels, Mask], Coded | None]  # a picture and which tiles of it


class TileSource:
    """Knows what the viewer has been sent and says what is missing; used from one thread.

    One source speaks to one `TileView`: both begin together, and every message reaches the view, in order.
    """

    def __init__(self, level: int = 3, encoders: Sequence[Option] = ()) -> None:
        """`level` is zstd's: 3 where the link is fast, 9 where bytes are dear; `encoders` are for what moves."""
        self._encoders = encoders
        self.spares_bytes = True  # where the link is so fast that strips would take longer to code than to send: False
        self.pointer_row: int | None = None  # where the pointer is: what was seen with loss becomes exact there first
        self.behind = False  # True while the viewer lacks something of the last picture given, for want of budget
        self.waits = False  # True while all that he lacks is to rest first, or to move on
        self._level = level
        self._size = (0, 0)
        self._frame: bytes | bytearray | None = None  # the picture that the viewer lacks something of …
        self._changes: Changes | None = None  # … and what
        self._sequence = 0
        self._misses = 0
        self.motion = MotionSource(0, 0)
        self._resume_at = 0  # the row where the budget ended
        self._small_starved_others = False
        self._picture_hash = 0
        self._set_up(0, 0)

    @property
    def level(self) -> int:
        """zstd's level; setting another begins a new stream, which has forgotten all that was sent before."""
        return self._level

    @level.setter
    def level(self, level: int) -> None:
        if level != self._level:
            self._level = level
            self._encoder, self._fresh = TileEncoder(level), True

    def close(self) -> None:
        """Free what codes; nothing may be called afterwards."""
        self.motion.close()

    def restart(self) -> None:
        """Send everything anew with the next picture, whatever the viewer has."""
        self._set_up(0, 0)

    def encode(self, frame: bytes | bytearray, width: int, height: int) -> list[bytes]:
        """Return the messages that make the viewer's picture equal `frame`; see `messages`."""
        return list(self.messages(frame, width, height))

    def messages(
        self,
        frame: bytes | bytearray,
        width: int,
        height: int,
        budget: int | None = None,
        message_bytes: int = MESSAGE_BYTES,
        dirty: Sequence[Rect] | None = None,
    ) -> Iterator[bytes]:
        """Give out the messages, each of about `message_bytes`, that make the viewer's picture equal `frame` (BGRX).

        Each can leave while the next is made; all of them must be taken. None when it does already. After about
        `budget` bytes the rest waits for the next call, with this very picture, which is not compared again, or a newer
        one. `dirty` is where `frame` may differ from the one given before, None: anywhere. No message is larger than
        MESSAGE_BYTES; `message_bytes` is met as well as the compression can be foretold.
        Raises PlatformError(CAPTURE_FAILED): a picture that may not travel.
        """
        if not allowed_size(width, height) or len(frame) != width * height * BYTES_PER_PIXEL:
            raise PlatformError(ErrorCode.CAPTURE_FAILED, "picture size")
        if (width, height) != self._size:
            self._set_up(width, height)
        draft = Draft(self._encoder, message_bytes)
        pixels = as_pixels(frame, width, height)
        if frame is not self._frame or self._held:
            # What the viewer lacks of the picture before may lie elsewhere.
            self._changes = changes_between(frame, self._shown, width, height, None if self.behind else dirty)
            if self._changes is None and self._lossy.any:
                self._changes = no_changes(width, height)
            if self._changes is None and not self.behind:
                return
            again = frame is self._frame
            lossily = self._look_closer(pixels, self._changes, draft, again) if self._changes is not None else None
            if lossily is not None:
                nbytes = yield from self._code(pixels, *lossily, draft)
                budget = None if budget is None else max(budget - nbytes, message_bytes)
        done = self._changes is None or (yield from self._draw(pixels, self._changes, draft, budget))
        draft.compress()
        self._note_end(frame, done)
        if not self.behind or draft.copies or draft.rects or draft.strips:
            yield self._message(draft, last=not self.behind)

    def _note_end(self, frame: bytes | bytearray, done: bool) -> None:
        """Keep what is needed to go on: `done` when all was given out that is not held back."""
        self._lossy.settle()
        self.waits = done and self._held and not self._previews
        self.behind = not done or self._held
        self._frame = frame if self.behind else None
        if done:
            self._resume_at, self._changes = 0, None

    def agrees(self, ack: Ack) -> bool | None:
        """Say whether the viewer's picture is the newest one given here; None when the ack is not about that."""
        if self.behind or (ack.sequence + 1) % _SEQUENCES != self._sequence:
            return None
        return ack.picture_hash == self._picture_hash

    def _set_up(self, width: int, height: int) -> None:
        """Begin with a black picture and a new stream, as the blank and fresh update tells the viewer to."""
        self._size = (width, height)
        self._shown = bytearray(width * height * BYTES_PER_PIXEL)
        self._shown_pixels = as_pixels(self._shown, width, height)
        self._hashes = TileHashes(width, height)
        self._encoder = TileEncoder(self._level)
        self._strip_choice = StripChoice()
        self._fresh = self._blank = self.behind = True
        self._frame = self._changes = None
        self._resume_at = 0
        self.motion.close()
        self.motion = MotionSource(width, height, self._encoders)
        self._lossy = Lossy(width, height)
        self._before: Pixels | None = None  # the picture captured before
        self._held = self._previews = self.waits = False

    def _look_closer(self, frame: Pixels, changes: Changes, draft: Draft, again: bool) -> tuple[Mask, Code] | None:
        """Find what moved, and take out of `changes` what is not to be sent exactly now.

        Return which tiles are to be coded with loss now, and how; None if none are.
        """
        before, self._before = self._before, frame
        if before is not None and not again:
            self.motion.note(moved_between(frame, before, changes))
        draft.copies = () if again else self._copy(frame, changes)
        stale = changes.tiles.copy()  # looks otherwise than what was sent
        self._lossy.add_to(changes)

        def moved() -> bool:
            return before is not None and self._merely_moved(frame, before, changes.bounds())

        may_begin = self._misses >= MISSES_TO_REST
        coded = self.motion.choose(frame, changes, stale, may_begin=may_begin, merely_moved=moved)
        new = self.motion.new(frame, changes, stale, merely_moved=moved) if coded is None else None
        held = self._lossy.tiles & ~stale
        if new is not None:  # all is seen before anything becomes exact
            held |= new
        else:
            held &= self.motion.restless()
        if coded is not None:
            held |= coded
        self._held = bool(held.any())
        if self._held:
            changes.leave(held)
        if self.spares_bytes:
            self._strip_choice.begin(frame, rectangles(changes), self._encoder)
        else:
            self._strip_choice.stop(0)
        self._previews = False
        if new is not None:
            band = self.motion.next_band(new)
            self._previews = bool((new & ~band).any())
            return band, self.motion.preview
        return (coded, self.motion.code) if coded is not None and self.motion.is_due else None

    def _code(self, frame: Pixels, tiles: Mask, code: Code, draft: Draft) -> Generator[bytes, None, int]:
        """Give out the messages that bring these tiles with loss; return how many bytes they are."""
        nbytes = 0
        if (coded := code(frame, tiles)) is None:
            return nbytes
        if draft.copies:  # they read what the viewer has before
            yield self._message(draft, last=False)
            draft.clear()
        for video in coded.parts(self._sequence, draft.wanted):
            message = TILES.encode(video)
            self._sequence = (self._sequence + 1) % _SEQUENCES
            nbytes += len(message)
            yield message
        self._lossy.mark(tiles, frame, self._shown_pixels)
        return nbytes

    def _copy(self, frame: Pixels, changes: Changes) -> tuple[Copy, ...]:
        """Find what moved, and move it in what the viewer has."""
        if np.count_nonzero(changes.tiles) < FEWEST_TILES:
            return ()
        if self._misses >= MISSES_TO_REST and self._misses % RESTS and self.motion.is_hot(changes.tiles):
            self._misses += 1
            return ()
        copies = find_moves(frame, self._shown_pixels, changes)
        self._misses = 0 if copies else self._misses + 1
        self._lossy.move(copies)
        for copy in copies:
            self._shown_pixels[part(copy.target)] = frame[part(copy.target)]
            self._hashes.touch(copy.target)
        return copies

    def _merely_moved(self, frame: Pixels, before: Pixels, area: Rect) -> bool:
        """Say so also of what the viewer has nothing of yet, in which there is nothing to copy."""
        if not merely_moved(frame, before, area):
            return False
        self._misses = 0  # so that a while passes before it is asked again
        return True

    def _draw(self, frame: Pixels, changes: Changes, draft: Draft, budget: int | None) -> Generator[bytes, None, bool]:
        """Put what differs into `draft` and give out the messages it fills; return False if the budget ended it.

        What is small goes first: a letter typed beside a turning model. Then it goes on where the budget ended it last
        time, so that a busy place above does not starve what is below. What was seen with loss begins at the pointer.
        """
        first = self._resume_at
        if not first and self.pointer_row is not None and self._lossy.any:
            first = max(0, self.pointer_row - AT_POINTER)
        drawn: list[Rect] = []
        nbytes = 0
        small, large = by_size(rectangles(changes))
        if self._small_starved_others:
            small, large = [], small + large
        self._small_starved_others = False
        for rect in [*small, *_beginning_at(first, large)]:
            bottom, y = rect.y + rect.height, rect.y
            while y < bottom:
                strips = self._strip_choice.encoder_for(rect)
                rows = min(draft.rows_of(rect.width, strips), bottom - y)
                if rows:
                    y += self._put(frame, Rect(rect.x, y, rect.width, rows), draft, strips)
                    continue
                draft.compress()
                if budget is not None and nbytes + draft.size >= budget:
                    self._small_starved_others = rect in small
                    self._resume_at = self._resume_at if rect in small else y
                    above = [Rect(rect.x, rect.y, rect.width, y - rect.y)] if y > rect.y else []
                    for each in drawn + above:
                        changes.settle(each)
                    return False
                if draft.is_full or not draft.rows_of(rect.width, strips):
                    message = self._message(draft, last=False)
                    nbytes += len(message)
                    draft.clear()
                    yield message
            drawn.append(rect)
        return True

    def _put(self, frame: Pixels, rect: Rect, draft: Draft, strips: StripEncoder | None) -> int:
        """Add to `draft` what fits, as a strip if there is an encoder; return how many rows have been added."""
        if strips is None:
            draft.add(rect, packed(frame[part(rect)]))
        elif not draft.add_strip(rect, frame[part(rect)], strips):
            self._strip_choice.stop()
            return 0
        self._show(frame, rect)
        return rect.height

    def _show(self, frame: Pixels, rect: Rect) -> None:
        self._shown_pixels[part(rect)] = frame[part(rect)]
        self._hashes.touch(rect)
        self._lossy.clear(rect)

    def _message(self, draft: Draft, *, last: bool) -> bytes:
        self._picture_hash = self._hashes.picture_hash(self._shown_pixels) if last else 0
        update = Update(
            self._sequence,
            *self._size,
            last,
            self._fresh,
            self._blank,
            self._picture_hash,
            draft.copies,
            tuple(draft.rects),
            bytes(draft.data),
            draft.strip_encoder.told(tuple(draft.strips)) if draft.strip_encoder else None,
        )
        self._sequence = (self._sequence + 1) % _SEQUENCES
        self._fresh = self._blank = False
        message = TILES.encode(update)
        self.motion.sent_beside(len(message))
        return message


def _beginning_at(row: int, rects: list[Rect]) -> list[Rect]:
    """Return what of the rectangles lies below the top of `row`, then what lies above it."""
    below = [Rect(rect.x, max(rect.y, row), rect.width, rect.y + rect.height - max(rect.y, row)) for rect in rects]
    above = [Rect(rect.x, rect.y, rect.width, min(rect.y + rect.height, row) - rect.y) for rect in rects]
    return [rect for rect in below + above if rect.height > 0]
