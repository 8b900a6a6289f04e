"""What the agent is told, and how it says what is wrong with that."""

import unittest
from pathlib import Path

from .support import AgentCase

from berth_agent.settings import SettingsError, read_settings  # isort: skip


class Settings(unittest.TestCase):
    def test_have_defaults_that_fit_a_pod(self) -> None:
        found = read_settings({})
        self.assertEqual((found.port, found.run, found.etc), (8686, Path("/tmp/berth"), Path("/etc/berth")))
        self.assertEqual((found.identity, found.stop_seconds), (Path("/run/berth/identity"), 27))

    def test_name_the_variable_its_value_and_the_way_out(self) -> None:
        for name, value, fix in (
            ("BERTH_AGENT_PORT", "80", "Write a whole number from 1024 to 65535."),
            ("BERTH_AGENT_PORT", "http", "Write a whole number from 1024 to 65535."),
            ("BERTH_START_SECONDS", "0", "Write a whole number from 1 to 86400."),
            ("BERTH_STOP_SECONDS", "0", "Write a whole number from 1 to 3600."),
            ("BERTH_SAVE_SECONDS", "1.5", "Write a whole number from 1 to 3600."),
            ("BERTH_RUN", "run", "Write an absolute path."),
        ):
            with self.assertRaises(SettingsError) as raised:
                read_settings({name: value})
            self.assertEqual(str(raised.exception), f"{name}: found {value!r}. {fix}")


class Answers(AgentCase):
    def test_say_what_may_be_asked(self) -> None:
        self.start("sleep", "60")
        status, body = self.get("/nothing")
        self.assertEqual(status, 404)
        self.assertIn("Ask for one of /healthz, /ready, /activity, /metrics, /identity.", body)
        self.assertEqual(self.get("/healthz?x=1")[0], 200)
