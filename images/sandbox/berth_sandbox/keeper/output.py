"""What a run prints, as lines of JSON to the runner."""

import codecs
import json
import os
import select
from typing import Literal

CHUNK = 32 * 1024
# More than so much is not taken from the program before the runner took what is there: it waits, instead of us growing.
PENDING = 256 * 1024


class Output:
    """Lines that wait for the runner, and what the program may still print."""

    def __init__(self, sink: int, limit: int) -> None:
        os.set_blocking(sink, False)
        self._sink = sink
        self._left = limit
        self._pending = bytearray()
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")}
        self.taken = 0
        """Bytes that the program printed and that were passed on."""
        self.is_over = False
        """Whether it printed more than it may."""

    @property
    def has_room(self) -> bool:
        """Whether more should be taken from the program."""
        return len(self._pending) < PENDING

    @property
    def has_pending(self) -> bool:
        """Whether something waits for the runner."""
        return bool(self._pending)

    def take(self, name: Literal["stdout", "stderr"], source: int) -> bool:
        """Takes what a pipe holds; whether more may come of it."""
        try:
            chunk = os.read(source, CHUNK)
        except BlockingIOError:
            return True
        if chunk == b"":
            self._say(name, self._decoders[name].decode(b"", True))
            return False
        kept = chunk[: self._left]
        self._left -= len(kept)
        self.taken += len(kept)
        self.is_over = self.is_over or len(kept) < len(chunk)
        self._say(name, self._decoders[name].decode(kept))
        return True

    def flush(self) -> None:
        """Passes on what the runner takes now; raises `BrokenPipeError` when it is gone."""
        try:
            written = os.write(self._sink, self._pending[:CHUNK])
        except BlockingIOError:
            return
        del self._pending[:written]

    def finish(self, report: dict[str, object]) -> None:
        """The last line, and all that still waits, however long the runner takes."""
        for name, decoder in self._decoders.items():
            self._say(name, decoder.decode(b"", True))
        self._pending += json.dumps(report).encode() + b"\n"
        while self._pending:
            select.select([], [self._sink], [])
            self.flush()

    def _say(self, name: str, text: str) -> None:
        if text:
            self._pending += json.dumps({name: text}, ensure_ascii=False).encode() + b"\n"
