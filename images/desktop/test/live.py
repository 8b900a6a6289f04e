"""The whole desktop, started as a workspace starts it: agent, X server, xpra, apps. Only in the image."""

import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
import unittest
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

AGENT = "/opt/berth/agent/berth-agent"
HOME = Path("/tmp/home")
RUN = Path(os.environ["BERTH_RUN"])
PATIENCE = 40.0


def eventually(is_so: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Waits for something, at most a while."""
    deadline = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come: {what}")
        time.sleep(0.05)


def output(*command: str) -> str:
    """What a command prints; fails when it does."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def panel() -> str:
    """Id of the panel's process; nothing while there is none."""
    return subprocess.run(["pgrep", "-x", "tint2"], capture_output=True, text=True, check=False).stdout.strip()


def is_panel_shown() -> bool:
    # wmctrl fails as a whole while a window goes.
    listed = subprocess.run(["wmctrl", "-l"], capture_output=True, text=True, check=False).stdout
    return "tint2" in listed


def controller(*words: str) -> str:
    return output("python3", "/opt/window_controller.py", *words)


def launcher(*words: str) -> str:
    return output("python3", "/opt/app-launcher.py", *words)


def screen_agent(*words: str) -> str:
    return output("python3", "/opt/screen-agent.py", *words)


def windows() -> list[dict[str, object]]:
    return json.loads(controller("list", "--json"))


def apps_open() -> list[object]:
    return [window["app"] for window in windows()]


def ask(port: int, path: str, method: str = "GET", body: str | None = None, **headers: str) -> tuple[int, bytes]:
    """Status and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


class Desktop:
    """The desktop of a home, from its start to its end."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [AGENT, "/opt/berth/desktop/bin/start-desktop"],
            env={**os.environ, "HOME": str(HOME), "SCREEN_RESOLUTION": "1280x800"},
            stdout=subprocess.DEVNULL,
        )
        eventually(lambda: self.is_ready(), "ready")

    def is_ready(self) -> bool:
        try:
            return ask(8686, "/ready")[0] == 200
        except OSError:
            return False

    def stop(self) -> int:
        """Ends it as a pod is ended; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


class Whole(unittest.TestCase):
    desktop: Desktop

    @classmethod
    def setUpClass(cls) -> None:
        shutil.rmtree(HOME, ignore_errors=True)
        (HOME / ".config/chromium").mkdir(parents=True)
        (HOME / ".bashrc").write_text("# mine\n")
        (HOME / ".config/chromium/SingletonLock").symlink_to("a-pod-that-is-gone-38")
        os.environ["HOME"] = str(HOME)
        cls.desktop = Desktop()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.desktop.stop()

    def tearDown(self) -> None:
        for window in windows():
            subprocess.run(["kill", "-9", str(window["pid"])], check=False)
        eventually(lambda: windows() == [], "an empty screen")

    def test_runs_as_nobody_special(self) -> None:
        status = Path("/proc/self/status").read_text()
        self.assertEqual((os.getuid(), os.getgid()), (1000, 1000))
        self.assertIn("CapEff:\t0000000000000000\n", status)
        self.assertIn("CapBnd:\t0000000000000000\n", status)
        self.assertIn("NoNewPrivs:\t1\n", status)
        self.assertFalse(os.access("/opt/berth", os.W_OK))

    def test_every_program_is_supervised_and_runs(self) -> None:
        def states() -> dict[str, str]:
            return dict(line.split()[:2] for line in output("supervisorctl", "status").splitlines())

        wanted = dict.fromkeys(("app-manager", "dbus", "openbox", "xpra", "xvfb"), "RUNNING")
        eventually(lambda: states() == wanted, "every program running")

    def test_a_home_keeps_what_is_there_and_gets_what_is_not(self) -> None:
        self.assertEqual((HOME / ".bashrc").read_text(), "# mine\n")
        self.assertTrue((HOME / "Documents").is_dir() and (HOME / ".profile").is_file())
        self.assertFalse((HOME / ".config/chromium/SingletonLock").is_symlink())

    def test_the_screen_begins_as_large_as_the_workspace_asks(self) -> None:
        self.assertEqual(output("xdotool", "getdisplaygeometry"), "1280 800\n")

    def test_the_page_is_served_to_any_host_and_small_on_the_wire(self) -> None:
        status, page = ask(10005, "/", Host="alice.desk.example.com")
        self.assertEqual((status, b'<script src="client.js">' in page), (200, True))
        status, script = ask(10005, "/client.js", Accept_Encoding="gzip, br")
        self.assertEqual((status, len(script) < 200_000), (200, True))

    def test_a_websocket_opens_behind_any_host_and_not_to_a_page_in_here(self) -> None:
        for more, status in ((b"X-Forwarded-Host: alice.desk.example.com\r\n", b" 101 "), (b"", b" 403 ")):
            with socket.create_connection(("127.0.0.1", 10005), 10) as connection:
                connection.sendall(
                    b"GET / HTTP/1.1\r\nHost: alice.desk.example.com\r\nOrigin: https://alice.desk.example.com\r\n"
                    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" + more +
                    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: binary\r\n\r\n"
                )
                self.assertIn(status, connection.recv(1000).splitlines()[0])

    def test_the_window_controller_opens_lists_and_switches(self) -> None:
        controller("open", "terminal")
        controller("open", "editor")
        self.assertEqual(apps_open(), ["terminal", "editor"])
        controller("switch", "Terminal")
        self.assertEqual([window["app"] for window in windows() if window["active"]], ["terminal"])

    def test_the_list_says_what_the_window_manager_says(self) -> None:
        for app in ("terminal", "files", "editor"):
            controller("open", app)
        listed = windows()
        known = [line.split()[0] for line in output("wmctrl", "-l").splitlines() if line.split()[1] != "-1"]
        self.assertEqual([window["id"] for window in listed], known)

    def test_the_app_launcher_starts_and_leads_to_apps(self) -> None:
        launcher("Editor")
        launcher("Files")
        launcher("switch", "Editor")
        self.assertEqual([line.split()[0] for line in launcher("running").splitlines()], ["files", "editor"])
        launcher("Files")
        self.assertEqual(sorted(map(str, apps_open())), ["editor", "files"])

    def test_every_web_app_is_known_by_its_window(self) -> None:
        controller("open", "chrome")
        for app in ("gmail", "docs", "slack", "github"):
            controller("open", app)
        self.assertEqual(apps_open(), ["chrome", "gmail", "docs", "slack", "github"])

    def test_a_click_on_the_panel_opens_an_app(self) -> None:
        eventually(is_panel_shown, "the panel")
        # The last of the twelve, by the panel's own measures: 8 px, then 34 px each and 6 px between them.
        screen_agent("click", str(8 + 11 * 40 + 17), "776")
        eventually(lambda: "editor" in apps_open(), "the editor")

    def test_what_is_typed_arrives(self) -> None:
        controller("open", "terminal")
        greetings = "Grüße | \\ {} – привет, γειά σου, こんにちは, 10 €"
        screen_agent("type", f"cat > {HOME}/typed <<'END'\n{greetings}\nEND\n")
        eventually(lambda: (HOME / "typed").is_file() and (HOME / "typed").read_text() == f"{greetings}\n", "the text")

    def test_windows_are_maximized_minimized_and_closed(self) -> None:
        controller("open", "files")
        controller("maximize", "files")
        eventually(lambda: dict(windows()[0]["place"])["width"] > 1200, "a wide window")
        controller("minimize", "files")
        eventually(lambda: not windows()[0]["active"], "a window that is put away")
        controller("switch", "files")
        eventually(lambda: bool(windows()[0]["active"]), "the window again")
        controller("close", "files")
        eventually(lambda: windows() == [], "no window")

    def test_the_screen_agent_shows_the_screen(self) -> None:
        eventually(lambda: _answers(8687), "the screen agent")
        status, picture = ask(8687, "/screenshot")
        self.assertEqual((status, picture[:8]), (200, b"\x89PNG\r\n\x1a\n"))
        self.assertEqual(struct.unpack(">II", picture[16:24]), (1280, 800))

    def test_the_screen_agent_opens_and_types_but_not_for_pages(self) -> None:
        eventually(lambda: _answers(8687), "the screen agent")
        status, window = ask(8687, "/open", "POST", '{"app": "terminal"}')
        self.assertEqual((status, json.loads(window)["app"]), (200, "terminal"))
        text = json.dumps({"type": "type", "text": f"touch {HOME}/by-agent\n"})
        self.assertEqual(ask(8687, "/input", "POST", text, Origin="https://evil.example")[0], 403)
        self.assertEqual(ask(8687, "/input", "POST", text)[0], 200)
        eventually(lambda: (HOME / "by-agent").exists(), "what was typed")
        self.assertEqual(ask(8687, "/input", "POST", '{"type": "dance"}')[0], 400)
        self.assertEqual(ask(8687, "/open", "POST", '{"app": "word"}')[0], 409)

    def test_the_agent_tells_the_last_input(self) -> None:
        before = datetime.now(UTC) - timedelta(seconds=2)
        screen_agent("move", "400", "300")

        def came() -> bool:
            at = json.loads(ask(8686, "/activity")[1])["lastInputAt"]
            return at is not None and datetime.fromisoformat(at) >= before

        eventually(came, "the input")

    def test_apps_outlive_their_manager(self) -> None:
        controller("open", "editor")
        (before,) = windows()
        output("supervisorctl", "restart", "app-manager")
        self.assertEqual([window["id"] for window in windows()], [before["id"]])
        controller("open", "files")
        self.assertEqual(apps_open(), ["editor", "files"])

    def test_the_panel_comes_back(self) -> None:
        before = panel()
        output("kill", before)
        eventually(lambda: panel() not in ("", before), "another panel")
        eventually(is_panel_shown, "the panel")


class FromStartToEnd(unittest.TestCase):
    """What one desktop leaves to the next."""

    def setUp(self) -> None:
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir()
        os.environ["HOME"] = str(HOME)

    def test_a_browser_is_closed_properly_and_what_was_not_saved_is_kept(self) -> None:
        desktop = Desktop()
        controller("open", "chrome")
        controller("open", "editor")
        screen_agent("type", "not saved yet")
        eventually(lambda: str(windows()[-1]["title"]).startswith("*"), "a changed text")
        self.assertEqual(desktop.stop(), 0)

        profile = json.loads((HOME / ".config/chromium/Default/Preferences").read_text())
        self.assertIn(profile["profile"]["exit_type"], ("Normal", "SessionEnded"))
        kept = [path.read_text() for path in (HOME / ".local/share/Mousepad").glob("autosave-*")]
        self.assertEqual(kept, ["not saved yet"])

    def test_what_was_deleted_from_a_home_does_not_come_back(self) -> None:
        Desktop().stop()
        (HOME / "Documents").rmdir()
        Desktop().stop()
        self.assertFalse((HOME / "Documents").exists())

    def test_everything_comes_back_when_the_x_server_dies(self) -> None:
        desktop = Desktop()
        try:
            output("pkill", "-9", "-x", "Xvfb")
            eventually(lambda: subprocess.run(["wmctrl", "-m"], capture_output=True).returncode == 0, "a window manager")
            eventually(desktop.is_ready, "ready")
            controller("open", "terminal")
            self.assertEqual(apps_open(), ["terminal"])
        finally:
            desktop.stop()


class Contents(unittest.TestCase):
    def test_the_bill_of_materials_names_programs_and_our_own_files(self) -> None:
        bill = json.loads(Path("/opt/berth/sbom.spdx.json").read_text())
        self.assertLessEqual({"chromium", "xpra", "openbox"}, {package["name"] for package in bill["packages"]})
        self.assertTrue(any(str(file["fileName"]).endswith("apps.json") for file in bill["files"]))


def _answers(port: int) -> bool:
    try:
        return ask(port, "/apps")[0] == 200
    except OSError:
        return False
