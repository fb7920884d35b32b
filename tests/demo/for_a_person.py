"""The server and both clients on the screen of a person, who plays both parts."""

import subprocess
from contextlib import suppress
from pathlib import Path

from tests.support.signaling_process import SignalingProcess
from tests.support.stage import CLIENT, ENGINEER


def show(folder: Path) -> int:
    """Open both windows and wait until both are closed, or Ctrl+C."""
    server = SignalingProcess(folder / "server")
    clients: list[subprocess.Popen[bytes]] = []
    try:
        server.add_engineer(ENGINEER)
        server.start()
        reaching = ["--server", server.url, "--ca-file", str(server.certificates.authority)]
        for role in (["engineer"], []):
            own = ["--record-dir", str(folder / (role or ["customer"])[0] / "records")]
            clients.append(subprocess.Popen([str(CLIENT), *role, *reaching, *own]))
        print(f"The engineer signs in as {ENGINEER.name} with the password: {ENGINEER.password}")
        print(
            "Make a number in his window and type it in the customer's. Close both windows to end the demo.", flush=True
        )
        with suppress(KeyboardInterrupt):
            return max(client.wait() for client in clients)
        return 0
    finally:
        for client in clients:
            client.terminate()
        for client in clients:
            client.wait(15)
        server.close()
