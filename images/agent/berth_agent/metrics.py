"""Figures of the workspace, as Prometheus reads them."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
PROC = Path("/proc")


@dataclass(frozen=True)
class Usage:
    """What all processes of the workspace use together."""

    cpu_seconds: float
    memory_bytes: int
    """Without the cached files that the kernel can drop at once."""
    memory_limit_bytes: int | None
    processes: int


def read_usage(cgroup: Path = CGROUP, proc: Path = PROC) -> Usage:
    """From the container's cgroup, version 2 or 1; from the list of processes where there is none to read."""
    for read in (_of_cgroup_2, _of_cgroup_1):
        try:
            return read(cgroup)
        except (OSError, ValueError, KeyError):
            continue
    return _of_processes(proc)


def _of_cgroup_2(root: Path) -> Usage:
    cpu, memory = _pairs(root / "cpu.stat"), _pairs(root / "memory.stat")
    return Usage(
        cpu_seconds=cpu["usage_usec"] / 1e6,
        memory_bytes=max(_number(root / "memory.current") - memory["inactive_file"], 0),
        memory_limit_bytes=_limit(root / "memory.max"),
        processes=_number(root / "pids.current"),
    )


def _of_cgroup_1(root: Path) -> Usage:
    memory = root / "memory"
    used = _number(memory / "memory.usage_in_bytes") - _pairs(memory / "memory.stat")["total_inactive_file"]
    return Usage(
        cpu_seconds=_number(root / "cpuacct" / "cpuacct.usage") / 1e9,
        memory_bytes=max(used, 0),
        memory_limit_bytes=_limit(memory / "memory.limit_in_bytes"),
        processes=_number(root / "pids" / "pids.current"),
    )


def _of_processes(proc: Path) -> Usage:
    tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    cpu = memory = processes = 0
    for folder in proc.iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            # After the name, which may hold anything, come the numbered fields, from the third on.
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        cpu += int(fields[11]) + int(fields[12])
        memory += int(fields[21]) * page
        processes += 1
    return Usage(cpu / tick, memory, None, processes)


def _number(file: Path) -> int:
    return int(file.read_text())


def _limit(file: Path) -> int | None:
    """A limit in bytes; `max`, or a number that no machine has, is none."""
    text = file.read_text().strip()
    return None if text == "max" or int(text) >= 1 << 60 else int(text)


def _pairs(file: Path) -> Mapping[str, int]:
    return {name: int(value) for name, _, value in (line.partition(" ") for line in file.read_text().splitlines())}


@dataclass(frozen=True)
class Figure:
    """One metric."""

    name: str
    kind: str
    help: str
    value: float | None
    """`None` is not shown: there is no such figure yet."""


def format_figures(figures: list[Figure]) -> str:
    """The text format: https://prometheus.io/docs/instrumenting/exposition_formats/"""
    lines: list[str] = []
    for figure in figures:
        if figure.value is not None:
            lines.append(f"# HELP {figure.name} {figure.help}")
            lines.append(f"# TYPE {figure.name} {figure.kind}")
            lines.append(f"{figure.name} {figure.value:.15g}")
    return "\n".join(lines) + "\n"


def figures_of(
    usage: Usage, input_age: float | None, jobs: int, seconds_to_ready: float | None, identity_is_there: bool
) -> list[Figure]:
    """Every metric of a workspace."""
    gauge: Callable[[str, str, float | None], Figure] = lambda name, text, value: Figure(name, "gauge", text, value)
    return [
        Figure("berth_workspace_cpu_seconds_total", "counter", "Processor time of all processes", usage.cpu_seconds),
        gauge("berth_workspace_memory_bytes", "Memory in use, without files that can be dropped", usage.memory_bytes),
        gauge("berth_workspace_memory_limit_bytes", "Memory that may be used", usage.memory_limit_bytes),
        gauge("berth_workspace_processes", "Processes and threads", usage.processes),
        gauge("berth_workspace_last_input_age_seconds", "Time since the last input", input_age),
        gauge("berth_workspace_jobs", "Running jobs", jobs),
        gauge("berth_workspace_ready_seconds", "From the start until it could be used", seconds_to_ready),
        gauge("berth_workspace_identity", "Whether it belongs to somebody", int(identity_is_there)),
    ]
