"""The end of what a terminal has shown, for who comes back to it."""


class History:
    """Keeps the last bytes of a stream. Places in it are counted from the stream's beginning."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = bytearray()
        self.end = 0
        """Where the stream has come to."""

    @property
    def begin(self) -> int:
        """The first place that is still kept."""
        return self.end - len(self._kept)

    def add(self, chunk: bytes) -> None:
        """The stream goes on."""
        self._kept += chunk
        self.end += len(chunk)
        # Not at every byte: taking bytes from the front moves all others.
        if len(self._kept) > 2 * self._most:
            del self._kept[: -self._most]

    def since(self, place: int, most: int) -> tuple[int, bytes]:
        """What follows a place, at most so much of it, and where that begins: later, if the place is no longer kept."""
        begin = place if self.begin <= place <= self.end else self.begin
        offset = begin - self.begin
        return begin, bytes(self._kept[offset : offset + most])
