"""Knows which windows are remotedesk's own, by the process that made them, so that input never reaches them.

The X-Resource extension names the process of every client, whatever properties its windows carry. The server does
the hit test itself (TranslateCoordinates), so stacking, shapes and input-transparent overlays are as for a real
mouse. Nothing is cached: asked under a server grab, an answer holds until the grab ends.
"""

from pathlib import Path, PurePath
from typing import Any, Final

from Xlib import X
from Xlib.ext import res, shape

from remotedesk.core.geometry import Rect

_PROGRAM: Final = "remotedesk"


class OwnWindows:
    """Looks at the windows of one display through a connection its owner keeps threads away from."""

    def __init__(self, display: Any, client: int | None = None) -> None:
        """`client` is the number of a connection of the process whose windows are own; this process's unless given."""
        self._display = display
        self._root: Any = display.screen().root
        info = display.display.info
        self._client_mask: int = ~info.resource_id_mask
        self._own_client: int = info.resource_id_base if client is None else client
        self._programs: dict[int, bool] = {}

    def at(self, x: int, y: int, *, frames: bool = True) -> bool:
        """True if input at this root pixel would reach a window of ours, or, with `frames`, the frame around one.

        A pixel outside the screen counts as the nearest one inside, since that is where the X server puts the pointer.
        """
        screen = self._root.get_geometry()
        x, y = min(max(x, 0), screen.width - 1), min(max(y, 0), screen.height - 1)
        clients = self._clients()
        window = top = self._child_at(self._root, x, y)
        while window:
            if self._client(window) in clients:
                return True
            window = self._child_at(window, x, y)
        return frames and bool(top) and self._frames_one(top, clients)

    def under_pointer(self, *, frames: bool = False) -> bool:
        """True if the pointer is over a window of ours, or, with `frames`, the frame around one."""
        pointer = self._root.query_pointer()
        return self.at(pointer.root_x, pointer.root_y, frames=frames)

    def focused(self) -> bool:
        """True if keys would reach a window of ours."""
        window = self._display.get_input_focus().focus
        if window == X.PointerRoot or window == self._root:
            return self.under_pointer()
        clients = self._clients()
        while window and window != self._root:
            if self._client(window) in clients:
                return True
            window = window.query_tree().parent
        return False

    def rects(self) -> tuple[Rect, ...]:
        """Return where our visible windows that take input are, frames included, bottom to top."""
        clients = self._clients()
        found = []
        for window in self._root.query_tree().children:
            if window.get_attributes().map_state != X.IsViewable:
                continue
            if self._client(window) in clients or self._frames_one(window, clients):
                place = window.get_geometry()
                if window.shape_get_rectangles(shape.SK.Input).rectangles:
                    edges = 2 * place.border_width
                    found.append(Rect(place.x, place.y, place.width + edges, place.height + edges))
        return tuple(found)

    def _child_at(self, window: Any, x: int, y: int) -> Any:
        return window.translate_coords(self._root, x, y).child

    def _client(self, window: Any) -> int:
        return int(window.id) & self._client_mask

    def _frames_one(self, top: Any, clients: frozenset[int]) -> bool:
        """True if a window manager's frame holds a window of ours: directly, or inside a wrapper of its own."""
        wrappers = []
        for child in top.query_tree().children:
            if self._client(child) in clients:
                return True
            if self._client(child) == self._client(top):
                wrappers.append(child)
        return any(self._client(inner) in clients for wrap in wrappers for inner in wrap.query_tree().children)

    def _clients(self) -> frozenset[int]:
        """Return the client numbers of this process and of any other running remotedesk."""
        answer = self._display.res_query_client_ids([{"client": 0, "mask": res.LocalClientPIDMask}])
        pids = {entry.spec.client: entry.value[0] for entry in answer.ids if entry.value}
        # The server's number for the process, which differs from getpid() across PID namespaces.
        own_pid = pids.get(self._own_client)
        known = self._programs
        self._programs = {pid: known[pid] if pid in known else _is_remotedesk(pid) for pid in set(pids.values())}
        return frozenset(client for client, pid in pids.items() if pid == own_pid or self._programs[pid])


def _is_remotedesk(pid: int) -> bool:
    """True for another process of this program: whoever controls one must not say yes in the other."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    if PurePath(arguments[0]).name.startswith("python"):
        arguments = [argument for argument in arguments[1:] if argument != "-m"]
    return bool(arguments) and PurePath(arguments[0]).stem == _PROGRAM
