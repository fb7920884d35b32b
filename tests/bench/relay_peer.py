"""Somebody out there, in a process of his own: sends back every datagram, and floods whoever asks for it.

`flood BYTES_PER_S SECONDS` as a datagram's text asks. Prints its port. Run: python -m tests.bench.relay_peer
"""

import socket
import time

PACKET = bytes(1_200)


def main() -> None:
    """Serve until killed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        peer.bind(("127.0.0.1", 0))
        print(peer.getsockname()[1], flush=True)
        while True:
            data, address = peer.recvfrom(2_000)
            if data.startswith(b"flood "):
                _, bytes_per_s, seconds = data.split()
                flood(peer, address, int(bytes_per_s), float(seconds))
            else:
                peer.sendto(data, address)


def flood(peer: socket.socket, address: tuple[str, int], bytes_per_s: int, seconds: float) -> None:
    """Send that much for that long."""
    began, sent = time.monotonic(), 0
    while (passed := time.monotonic() - began) < seconds:
        while sent < passed * bytes_per_s:
            peer.sendto(PACKET, address)
            sent += len(PACKET)
        time.sleep(0.001)


if __name__ == "__main__":
    main()
