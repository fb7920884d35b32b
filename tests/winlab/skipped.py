"""Which tests Windows' Python does not run, each with what is missing there. A bug of the product is no reason."""

from typing import Final

_X11: Final = "tests the adapter for X11, which needs an X server and python-xlib"
_MODES: Final = "Windows has no mode bits: a file takes its folder's access list"
_SERVER: Final = "starts coturn and HAProxy, which are the server's, on Linux"

# A file, a test as FILE::NAME with all its parameters, or one of them as FILE::NAME[PARAMETERS].
SKIPPED: Final[dict[str, str]] = {
    "tests/loopback/test_consent_attacks.py": "needs AT-SPI; tests/winlab has the same for Windows",
    "tests/loopback/test_pac.py": "Windows runs proxy scripts itself; tests/windows/test_proxies.py tests that",
    "tests/loopback/test_platform_needs_grants.py": _X11,
    "tests/loopback/test_proxy_squid.py": "starts Squid, a program of Linux",
    "tests/loopback/test_record.py::test_every_record_is_its_owners_only": _MODES,
    "tests/loopback/test_screen_exact.py": _X11,
    "tests/loopback/test_session_cursor.py::test_a_real_text_beam_arrives": _X11,
    "tests/loopback/test_session_loss.py::test_a_customers_client_that_is_killed_leaves_nothing_pressed": _X11,
    "tests/loopback/test_signaling_process.py::test_a_key_is_its_owners_only": _MODES,
    "tests/loopback/test_signaling_process.py::test_the_command_serves_and_ends_at_sigterm": (
        "Windows ends another program without asking it; it has no SIGTERM"
    ),
    "tests/loopback/test_signaling_relay.py": _SERVER,
    "tests/loopback/test_signaling_trial.py": _SERVER,
    "tests/loopback/test_x11_capture.py": _X11,
    "tests/loopback/test_x11_cursor.py": _X11,
    "tests/loopback/test_x11_doctor.py": _X11,
    "tests/loopback/test_x11_guardian.py": _X11,
    "tests/loopback/test_x11_heap.py": "tests a choice of glibc's, which Windows' Python has not",
    "tests/loopback/test_x11_injector.py": _X11,
    "tests/loopback/test_x11_only_one.py": _X11,
    "tests/loopback/test_x11_own_windows.py": _X11,
    "tests/loopback/test_x11_watches.py": _X11,
    "tests/unit/test_bench_screen.py": "tests the screen benchmark, which draws on X displays",
    "tests/unit/test_engine_parts.py::test_a_folder_that_cannot_be_made_stops_nothing[/proc/nowhere]": "needs /proc",
    "tests/unit/test_house.py": "tests the repository, which git lists, and not what runs",
    "tests/unit/test_platform_keycodes.py": _X11,
    "tests/unit/test_platform_select.py": _X11,
    "tests/unit/test_signaling_accounts.py::test_a_database_is_its_owners_only": _MODES,
    "tests/unit/test_signaling_leases.py::test_what_is_secret_is_its_owners_only": _MODES,
    "tests/unit/test_video_codecs.py::test_no_encoder_keeps_real_time_priority": "needs Linux' schedulers",
    "tests/unit/test_winlab.py": "tests what builds the lab, on Linux",
    "tests/unit/test_x11_pictures.py": _X11,
    "tests/unit/test_x11_proxies.py": _X11,
}
