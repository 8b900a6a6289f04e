"""Whether somebody uses the workspace."""

import json
import os
import time
import unittest
from datetime import UTC, datetime

from .support import AgentCase

from berth_agent.activity import Seen, parse_seen  # isort: skip

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Activity(AgentCase):
    def test_has_seen_nothing_at_first(self) -> None:
        self.start("sleep", "60")
        self.assertEqual(self.get_json("/activity"), {"lastInputAt": None, "jobs": 0})

    def test_sees_the_time_of_the_last_input(self) -> None:
        self.start("sleep", "60")
        (self.run_folder / "input").touch()
        os.utime(self.run_folder / "input", (AT.timestamp(), AT.timestamp()))
        self.assertEqual(self.get_json("/activity")["lastInputAt"], "2026-01-02T03:04:05.000Z")

    def test_takes_no_input_of_the_future(self) -> None:
        self.start("sleep", "60")
        (self.run_folder / "input").touch()
        os.utime(self.run_folder / "input", (time.time() + 1e6, time.time() + 1e6))
        found = datetime.fromisoformat(str(self.get_json("/activity")["lastInputAt"]))
        self.assertLessEqual(found, datetime.now(UTC))

    def test_counts_jobs_whose_process_lives(self) -> None:
        self.start("sleep", "60")
        jobs = self.run_folder / "jobs"
        (jobs / "without-process").touch()
        (jobs / "lives").write_text(str(os.getpid()))
        (jobs / "gone").write_text("4194305")
        self.assertEqual(self.get_json("/activity")["jobs"], 2)

    def test_does_not_count_jobs_of_an_earlier_life(self) -> None:
        (self.run_folder / "jobs").mkdir(parents=True)
        (self.run_folder / "jobs" / "old").write_text("1")
        (self.run_folder / "input").touch()
        self.start("sleep", "60")
        found = self.get_json("/activity")
        self.assertEqual(found["jobs"], 0)
        self.assertIsNotNone(found["lastInputAt"])

    def test_asks_programs_and_takes_the_latest_of_all(self) -> None:
        self.program("activity.d/a", """echo '{"lastInputAt": "2026-01-02T03:04:05Z", "jobs": 2}'""")
        self.program("activity.d/b", """echo '{"lastInputAt": null, "jobs": 1}'""")
        self.program("activity.d/broken", "echo nonsense")
        self.program("activity.d/failed", "exit 1")
        self.start("sleep", "60")
        self.assertEqual(self.get_json("/activity"), {"lastInputAt": "2026-01-02T03:04:05.000Z", "jobs": 3})

    def test_does_not_run_programs_again_within_seconds(self) -> None:
        self.program("activity.d/a", f"""echo x >> {self.folder}/runs; echo '{{"jobs": 0}}'""")
        self.start("sleep", "60")
        for _ in range(5):
            self.get("/activity")
        self.assertEqual((self.folder / "runs").read_text(), "x\n")

    def test_keeps_its_folder_from_others(self) -> None:
        self.start("sleep", "60")
        self.assertEqual(self.run_folder.stat().st_mode & 0o777, 0o700)


class ParseSeen(unittest.TestCase):
    def test_takes_times_of_every_zone(self) -> None:
        for text in ("2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05"):
            self.assertEqual(parse_seen(json.dumps({"lastInputAt": text})), Seen(AT, 0))

    def test_refuses_what_is_no_answer(self) -> None:
        wrong = ['{"jobs": -1}', '{"jobs": "1"}', '{"jobs": true}', '{"lastInputAt": 5}', '{"lastInputAt": "x"}']
        for text in ("", "[]", *wrong):
            with self.assertRaises(ValueError, msg=text):
                parse_seen(text)

    def test_adds_what_two_sources_say(self) -> None:
        later = AT.replace(year=2027)
        self.assertEqual(Seen(AT, 1).with_other(Seen(later, 2)), Seen(later, 3))
        self.assertEqual(Seen(None, 0).with_other(Seen(None, 0)), Seen(None, 0))
