"""Puts the parts together and follows the main process to its end."""

import ctypes
import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

from .activity import Activity
from .children import Child, Children
from .identity import Identity
from .log import log
from .ready import Readiness
from .server import Sources, make_server, serve
from .settings import Settings, SettingsError, read_settings
from .stopping import Stopping, kill_all

USAGE = """usage: berth-agent COMMAND [ARGUMENT…]   runs it as the workspace's main process
       berth-agent --check                  whether the workspace is ready, for a health check"""
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
ASKED_TO_STOP = (signal.SIGTERM, signal.SIGINT)


def main(arguments: Sequence[str]) -> int:
    """Runs the agent; its result is the container's exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        print(f"berth-agent: {error}", file=sys.stderr)
        return 2
    return check(settings.port) if list(arguments) == ["--check"] else run(settings, arguments)


def check(port: int) -> int:
    """Asks the agent of this container whether the workspace is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/ready")
        response = connection.getresponse()
        print(response.read(1000).decode("utf-8", "replace").strip())
        return 0 if response.status == 200 else 1
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer: {error}")
        return 1


def run(settings: Settings, command: Sequence[str]) -> int:
    """Starts the main process and stays until it has ended."""
    # Before any thread is there: what is blocked here is blocked in all of them, and waited for below.
    signal.pthread_sigmask(signal.SIG_BLOCK, [*ASKED_TO_STOP, signal.SIGCHLD])
    protect()
    make_run_folder(settings)
    environ = {**os.environ, "BERTH_RUN": str(settings.run)}
    children = Children()
    etc = settings.etc
    sources = Sources(
        readiness=Readiness(etc / "ready.d", children, environ),
        activity=Activity(settings.run, etc / "activity.d", children, environ),
        identity=Identity(settings.identity, etc / "identity.d", children, environ),
    )
    stopping = Stopping(etc / "stop.d", children, environ, settings.stop_seconds, settings.save_seconds)
    try:
        server = make_server(settings.port, sources)
        main_process = children.start(command, environ)
    except OSError as error:
        log("error", "cannot start", command=command[0], port=settings.port, reason=str(error))
        return 127
    log("info", "started", command=command[0], pid=main_process.pid, port=settings.port)
    serve(server)
    threading.Thread(target=sources.identity.watch, args=[threading.Event()], name="identity", daemon=True).start()
    begun = (main_process, sources.readiness, settings.start_seconds)
    threading.Thread(target=end_unless_ready, args=begun, name="start", daemon=True).start()
    return follow(main_process, children, sources.readiness, stopping)


def end_unless_ready(main_process: Child, readiness: Readiness, seconds: float) -> None:
    """Ends a workspace that was not ready in all that time: whoever runs the container starts it anew."""
    time.sleep(seconds)
    if readiness.seconds_to_ready is not None or readiness.is_stopping:
        return
    # Nobody may have asked.
    reason = readiness.reason_against()
    if reason is not None and not readiness.is_stopping:
        log("error", "never was ready: ended", seconds=seconds, reason=reason)
        kill_all(main_process)


def follow(main_process: Child, children: Children, readiness: Readiness, stopping: Stopping) -> int:
    """Reaps what ends and stops when asked to, until the main process has ended and everything is saved."""
    wake = lambda: os.kill(os.getpid(), signal.SIGCHLD)
    while main_process.code is None or stopping.is_saving:
        info = signal.sigwaitinfo([*ASKED_TO_STOP, signal.SIGCHLD])
        if info.si_signo == signal.SIGCHLD:
            children.reap()
        elif is_from_within(info.si_pid):
            log("warn", "not stopped: the signal came from within the workspace", signal=info.si_signo, pid=info.si_pid)
        else:
            log("info", "stopping", signal=info.si_signo)
            readiness.is_stopping = True
            stopping.begin(main_process, wake)
    log("info", "ended", code=main_process.code)
    return main_process.code


def is_from_within(sender: int) -> bool:
    """
    Whether a signal was sent by a process of the container itself, which has no business to end it. The kernel shows
    senders outside of the container's process namespace as 0.
    """
    return os.getpid() == 1 and sender != 0


def protect() -> None:
    """
    Lets no other process of the same user look into this one or trace it, and adopts orphans where it is not the
    container's first process.
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def make_run_folder(settings: Settings) -> None:
    """Makes the folder of the programs' signs, for this user alone. It may have been there: its jobs are long over."""
    jobs = settings.run / "jobs"
    try:
        jobs.mkdir(parents=True, exist_ok=True)
        settings.run.chmod(0o700)
        for job in jobs.iterdir():
            job.unlink()
    except OSError as error:
        log(
            "warn",
            "cannot make the run folder: no input and no jobs are seen",
            path=str(settings.run),
            reason=str(error),
        )
