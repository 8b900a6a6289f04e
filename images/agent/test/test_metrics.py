"""Figures of the workspace."""

import tempfile
import unittest
from pathlib import Path

from .support import AgentCase

from berth_agent.metrics import Figure, Usage, format_figures, read_usage  # isort: skip


class Usages(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def test_of_a_cgroup_of_version_2(self) -> None:
        self.write("cpu.stat", "usage_usec 2500000\nuser_usec 1\n")
        self.write("memory.stat", "anon 1\ninactive_file 1000\n")
        self.write("memory.current", "51000\n")
        self.write("memory.max", "max\n")
        self.write("pids.current", "7\n")
        self.assertEqual(read_usage(self.folder), Usage(2.5, 50000, None, 7))
        self.write("memory.max", "268435456\n")
        self.assertEqual(read_usage(self.folder), Usage(2.5, 50000, 268435456, 7))

    def test_of_a_cgroup_of_version_1(self) -> None:
        self.write("cpuacct/cpuacct.usage", "1500000000\n")
        self.write("memory/memory.stat", "cache 5\ntotal_inactive_file 100\n")
        self.write("memory/memory.usage_in_bytes", "1100\n")
        self.write("memory/memory.limit_in_bytes", "9223372036854771712\n")
        self.write("pids/pids.current", "3\n")
        self.assertEqual(read_usage(self.folder), Usage(1.5, 1000, None, 3))

    def test_of_processes_where_there_is_no_cgroup_to_read(self) -> None:
        fields = [
            "S",
            "1",
            "1",
            "1",
            "0",
            "-1",
            "0",
            "0",
            "0",
            "0",
            "0",
            "150",
            "50",
            "0",
            "0",
            "20",
            "0",
            "1",
            "0",
            "9",
        ]
        self.write("proc/42/stat", f"42 (a) b ) {' '.join([*fields, '4096', '10', '0'])}\n")
        self.write("proc/self/stat", "no process\n")
        found = read_usage(self.folder / "nothing", self.folder / "proc")
        self.assertEqual((found.processes, found.memory_limit_bytes), (1, None))
        self.assertGreater(found.cpu_seconds, 0)
        self.assertGreater(found.memory_bytes, 0)


class Format(unittest.TestCase):
    def test_is_the_text_format_without_figures_that_are_not_there(self) -> None:
        figures = [Figure("a_total", "counter", "What a is", 1.5), Figure("b", "gauge", "What b is", None)]
        self.assertEqual(format_figures(figures), "# HELP a_total What a is\n# TYPE a_total counter\na_total 1.5\n")


class Metrics(AgentCase):
    def test_tells_how_long_it_took_to_be_ready_once_somebody_asked(self) -> None:
        self.start("sleep", "60")
        self.assertNotIn("berth_workspace_ready_seconds", self.get("/metrics")[1])
        self.get("/ready")
        status, text = self.get("/metrics")
        self.assertEqual(status, 200)
        values = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
        self.assertGreater(float(values["berth_workspace_ready_seconds"]), 0)
        self.assertEqual(values["berth_workspace_jobs"], "0")
        self.assertEqual(values["berth_workspace_identity"], "0")
        self.assertGreater(float(values["berth_workspace_memory_bytes"]), 1e6)
