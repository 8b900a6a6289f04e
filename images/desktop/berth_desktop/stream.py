"""
Starts xpra: the screen as it is, streamed to the browser, and as large as the browser's window.

Not the command `xpra` itself, for what it has no option for:
- It waits half a second whenever the screen gets a size that it never had, which is at every first connection.
- It begins with a screen of the largest size, on which whatever opens before a browser comes lies beside what is seen.
- It does not find characters on the third level of a key that has more than four: the German backslash.
- It opens a WebSocket to whoever asks, pages in the desktop's own browser too: they would see the screen and type into it.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address

PORT = 10005
WWW = "/opt/berth/desktop/www"
# The screen can never be larger: the X server sets this memory aside when it starts. The same as in supervisord.conf.
LARGEST = (5120, 2880)
DEFAULT_SIZE = (1920, 1080)
OWN_PAGES = (f"http://127.0.0.1:{PORT}", f"http://localhost:{PORT}")
WALLPAPER = ("xwallpaper", "--zoom", "/opt/berth/desktop/wallpaper.png")

OPTIONS = (
    "--use-display",
    "--daemon=no",
    f"--bind-tcp=0.0.0.0:{PORT}",
    f"--html={WWW}",
    # The router lets in whom it knows, and speaks TLS to the browser.
    "--tcp-auth=none",
    "--ssl=off",
    "--ssh=no",
    "--bind=none",
    # Each of these costs start-up time, memory or a way out of the desktop, and nobody would use it.
    *(f"--{name}=no" for name in ("mdns", "pulseaudio", "webcam", "printing", "file-transfer", "open-files", "open-url")),
    *(f"--{name}=no" for name in ("notifications", "bell", "system-tray", "dbus-control", "dbus-proxy", "mmap", "xsettings")),
    *("--speaker=disabled", "--microphone=disabled", "--dbus-launch=", "--start-new-commands=no"),
    *("--ssh-upgrade=no", "--forward-xdg-open=no", "--opengl=noprobe", "--exit-with-children=no", "--input-method=keep"),
    # Pictures only: a browser decodes them in hardware, and the video libraries are a tenth of the image.
    *("--video-encoders=none", "--csc-modules=none", "--proxy-video-encoders=none", "--encodings=jpeg,png,webp,rgb"),
)


def size_of(text: str | None) -> tuple[int, int]:
    """Width and height of "1920x1080", within what the screen can have; the default for what is no size."""
    found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", text or "")
    if found is None:
        return DEFAULT_SIZE
    return min(int(found[1]), LARGEST[0]), min(int(found[2]), LARGEST[1])


def third_levels(mappings: Mapping[int, Sequence[str]]) -> dict[tuple[str, int], int]:
    """
    Keycodes of what AltGr gives, alone and with Shift, as xpra looks for them. In the X server's own table they come
    behind the two levels of a second group, which repeat the first where there is none.
    """
    found: dict[tuple[str, int], int] = {}
    for keycode, keysyms in mappings.items():
        if tuple(keysyms[0:2]) == tuple(keysyms[2:4]):
            for level, keysym in zip((2, 3), keysyms[4:6]):
                if keysym:
                    found.setdefault((keysym, level), keycode)
    return found


def is_page_within(header: Callable[[str], str | None], peer: str, own: str) -> bool:
    """
    Whether it is a page in the desktop's own browser that asks for a WebSocket. Every other browser comes from another
    address, or by a proxy that says so, as no page can; and a program has no `Origin`.
    """
    origin = header("Origin")
    if origin is None or origin in OWN_PAGES or header("X-Forwarded-Host") is not None:
        return False
    return peer == own or ip_address(peer.partition("%")[0]).is_loopback


def guard_websockets(handler_class) -> None:
    """Has xpra's handler of connections refuse such pages."""
    open_websocket = handler_class.handle_websocket

    def open_unless_within(handler) -> None:
        peer, own = handler.client_address[0], handler.request.getsockname()[0]
        if is_page_within(handler.headers.get, peer, own):
            raise PermissionError("pages in the desktop's browser do not get its screen")
        open_websocket(handler)

    handler_class.handle_websocket = open_unless_within


def make_desktop_server(clobber: bool):
    """xpra's server for a desktop, with our changes. Imported late: xpra loads GTK at its own time."""
    from xpra.child_reaper import getChildReaper as get_child_reaper
    from xpra.gtk_common.error import xsync
    from xpra.net.websockets.handler import WebSocketRequestHandler
    from xpra.x11 import x11_server_core
    from xpra.x11.bindings.randr_bindings import RandRBindings
    from xpra.x11.desktop_server import XpraDesktopServer
    from xpra.x11.server_keyboard_config import KeyboardConfig

    guard_websockets(WebSocketRequestHandler)
    randr = RandRBindings()
    # It would leave two files in the home, for a library that is not there.
    x11_server_core.save_fakeXinerama_config = lambda *_: False

    update = KeyboardConfig.update_keycode_mappings

    def update_with_third_levels(config: KeyboardConfig) -> None:
        update(config)
        for wanted, keycode in third_levels(config.keycode_mappings).items():
            config.keycode_translation.setdefault(wanted, keycode)

    KeyboardConfig.update_keycode_mappings = update_with_third_levels

    class DesktopServer(XpraDesktopServer):
        """Resizes at once, and begins with the size that the workspace asks for."""

        def server_init(self) -> None:
            super().server_init()
            self.set_screen_size(*size_of(os.environ.get("SCREEN_RESOLUTION")), False)

        def do_get_best_screen_size(self, desired_w: int, desired_h: int, bigger: bool = True) -> tuple[int, int]:
            width, height = min(desired_w, LARGEST[0]), min(desired_h, LARGEST[1])
            if self.randr_exact_size and (width, height) not in self.get_all_screen_sizes():
                with xsync:
                    added = randr.add_screen_size(width, height)
                if added:
                    self.randr_sizes_added.append(added)
            return super().do_get_best_screen_size(width, height, bigger)

        def set_screen_size(self, desired_w: int, desired_h: int, bigger: bool = True) -> tuple[int, int]:
            before = self.root_window.get_geometry()[2:4]
            after = super().set_screen_size(desired_w, desired_h, bigger)
            if tuple(after) != tuple(before):
                # Its end is xpra's to notice, as of all that it starts.
                get_child_reaper().add_process(subprocess.Popen(WALLPAPER), "wallpaper", WALLPAPER, forget=True)
            return after

    return DesktopServer(clobber)


def main() -> int:
    """Runs xpra until it ends."""
    from xpra.scripts import main as xpra
    from xpra.scripts import server

    server.make_desktop_server = make_desktop_server
    display = os.environ.get("DISPLAY", ":100")
    return xpra.main("/usr/bin/xpra", ["xpra", "start-desktop", display, *OPTIONS])
