"""What xpra is told."""

import unittest

from .support import APPS  # noqa: F401 - finds the package

from berth_desktop.stream import DEFAULT_SIZE, guard_websockets, size_of, third_levels


class Sizes(unittest.TestCase):
    def test_are_read_from_the_workspaces_parameter(self) -> None:
        self.assertEqual(size_of("1280x720"), (1280, 720))

    def test_never_leave_what_the_screen_can_have(self) -> None:
        self.assertEqual(size_of("9999x9999"), (5120, 2880))

    def test_are_the_default_where_none_is_said(self) -> None:
        for text in (None, "", "large", "1280", "1280x720x24"):
            self.assertEqual(size_of(text), DEFAULT_SIZE)


class FakeHandler:
    """What xpra has for one connection, as far as it is asked here."""

    def __init__(self, peer: str, headers: dict[str, str]) -> None:
        self.client_address = (peer, 50000)
        self.headers = headers
        self.request = self
        self.is_open = False

    def getsockname(self) -> tuple[str, int]:
        return ("10.0.0.7" if self.client_address[0] == "10.0.0.7" else "127.0.0.1", 10005)

    def handle_websocket(self) -> None:
        self.is_open = True


class Pages(unittest.TestCase):
    def opens(self, peer: str, **headers: str) -> bool:
        class Handler(FakeHandler):
            handle_websocket = FakeHandler.handle_websocket

        guard_websockets(Handler)
        handler = Handler(peer, {name.replace("_", "-"): value for name, value in headers.items()})
        try:
            handler.handle_websocket()
        except PermissionError:
            self.assertFalse(handler.is_open)
        return handler.is_open

    def test_in_the_desktops_own_browser_do_not_get_the_screen(self) -> None:
        for peer in ("127.0.0.1", "127.9.9.9", "10.0.0.7"):
            self.assertFalse(self.opens(peer, Host="127.0.0.1:10005", Origin="https://evil.example"))
            # A name that leads to the loopback is a page's own, and so is a page on another port.
            self.assertFalse(self.opens(peer, Host="evil.example:10005", Origin="http://evil.example:10005"))
            self.assertFalse(self.opens(peer, Host="127.0.0.1:10005", Origin="http://127.0.0.1:3000"))
            self.assertFalse(self.opens(peer, Host="127.0.0.1:10005", Origin="null"))

    def test_that_come_from_without_do(self) -> None:
        self.assertTrue(self.opens("10.9.9.9", Host="alice.example.com", Origin="https://alice.example.com"))
        # As a container by hand is seen, and what a proxy beside it leads here.
        self.assertTrue(self.opens("127.0.0.1", Host="localhost:10005", Origin="http://localhost:10005"))
        forwarded = {"X-Forwarded-Host": "alice.example.com", "Origin": "https://app.example.com"}
        self.assertTrue(self.opens("127.0.0.1", **forwarded))

    def test_programs_of_the_desktop_do(self) -> None:
        self.assertTrue(self.opens("127.0.0.1", Host="127.0.0.1:10005"))


class Keys(unittest.TestCase):
    def test_the_third_level_is_found_behind_the_repeated_first_two(self) -> None:
        german = {
            20: ["ssharp", "question", "ssharp", "question", "backslash", "questiondown", "U1E9E"],
            24: ["q", "Q", "q", "Q", "at", "Greek_OMEGA"],
        }
        self.assertEqual(
            third_levels(german),
            {("backslash", 2): 20, ("questiondown", 3): 20, ("at", 2): 24, ("Greek_OMEGA", 3): 24},
        )

    def test_a_real_second_group_and_short_keys_are_left_alone(self) -> None:
        self.assertEqual(third_levels({38: ["a", "A", "Cyrillic_ef", "Cyrillic_EF", "x"], 9: ["Escape"], 10: []}), {})
