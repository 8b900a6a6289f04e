"""Whether the workspace can be used."""

import signal
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from .support import ROOT, AgentCase, eventually, free_port


class Ready(AgentCase):
    def test_is_ready_at_once_without_checks(self) -> None:
        self.start("sleep", "60")
        self.assertEqual(self.get("/ready"), (200, '{"ready": true}\n'))

    def test_waits_for_a_port_and_says_which(self) -> None:
        port = free_port()
        self.check("ready.d/shell", f"# the shell\n\ntcp {port}\n")
        self.start("sleep", "60")
        status, body = self.get("/ready")
        self.assertEqual(status, 503)
        self.assertIn(f"shell: tcp {port}: ", body)
        with socket.create_server(("127.0.0.1", port)):
            eventually(lambda: self.get("/ready")[0] == 200, "ready")

    def test_holds_the_answer_to_who_waits_until_it_is_ready(self) -> None:
        port = free_port()
        self.check("ready.d/shell", f"tcp {port}\n")
        self.start("sleep", "60")
        answers: list[tuple[int, str]] = []
        asking = threading.Thread(target=lambda: answers.append(self.get("/ready?wait")))
        asking.start()
        # Others are answered meanwhile, who waits beside too: there are few threads.
        self.assertEqual(self.get("/ready")[0], 503)
        eventually(lambda: self.get("/ready?wait")[0] == 503, "an answer beside the one that is held")
        self.assertEqual(answers, [])
        with socket.create_server(("127.0.0.1", port)):
            asking.join()
        self.assertEqual(answers, [(200, '{"ready": true}\n')])

    def test_holds_no_answer_once_it_was_ready(self) -> None:
        self.start("sleep", "60")
        self.assertEqual(self.get("/ready")[0], 200)
        self.check("ready.d/port", f"tcp {free_port()}\n")
        eventually(lambda: self.get("/ready")[0] == 503, "not ready")
        began = time.monotonic()
        self.assertEqual(self.get("/ready?wait")[0], 503)
        self.assertLess(time.monotonic() - began, 5)

    def test_wants_an_answer_below_400(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(302 if self.path == "/moved" else 500)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.shutdown)
            self.check("ready.d/web", f"http {server.server_port} /broken\n")
            self.start("sleep", "60")
            self.assertIn("answered 500", self.get("/ready")[1])
            self.check("ready.d/web", f"http {server.server_port} /moved\n")
            eventually(lambda: self.get("/ready")[0] == 200, "ready")

    def test_runs_programs_that_decide_by_their_exit_code(self) -> None:
        self.program("ready.d/10-program", f'test -e "{self.folder}/there" || {{ echo not there; exit 3; }}')
        self.start("sleep", "60")
        self.assertIn("10-program: exit 3: not there", self.get("/ready")[1])
        (self.folder / "there").touch()
        eventually(lambda: self.get("/ready")[0] == 200, "ready")

    def test_does_not_wait_for_a_check_that_hangs(self) -> None:
        self.program("ready.d/10-hangs", "sleep 100")
        self.start("sleep", "60")
        self.assertIn("10-hangs: exit 124", self.get("/ready")[1])

    def test_names_a_check_that_it_does_not_understand(self) -> None:
        self.check("ready.d/odd", "udp 53\n")
        self.start("sleep", "60")
        self.assertIn("odd: found 'udp 53'. Write 'tcp PORT' or 'http PORT /path'.", self.get("/ready")[1])

    def test_ends_what_never_was_ready(self) -> None:
        self.check("ready.d/port", f"tcp {free_port()}\n")
        self.start("sleep", "60", BERTH_START_SECONDS="1")
        code, log = self.ended()
        self.assertEqual(code, 128 + signal.SIGKILL)
        self.assertIn("never was ready: ended", [line["message"] for line in log])

    def test_leaves_what_is_ready_alone_though_nobody_asked(self) -> None:
        self.start("sh", "-c", "sleep 1.5; exit 3", BERTH_START_SECONDS="1")
        self.assertEqual(self.ended()[0], 3)

    def test_tells_a_health_check_of_docker(self) -> None:
        self.start("sleep", "60")
        ask = [str(ROOT / "berth-agent"), "--check"]
        environ = {"BERTH_AGENT_PORT": str(self.port)}
        self.assertEqual(subprocess.run(ask, env=environ, capture_output=True).returncode, 0)
        self.check("ready.d/port", f"tcp {free_port()}\n")
        eventually(lambda: subprocess.run(ask, env=environ, capture_output=True).returncode == 1, "not ready")
