"""The X server's keyboard: read as a whole, and changed in one request, which `xmodmap` does not do."""

from collections.abc import Callable, Mapping
from ctypes import CDLL, POINTER, byref, c_char_p, c_int, c_ubyte, c_ulong, c_void_p

from .apps import AppError
from .typing import Keyboard


def _library() -> CDLL:
    x11 = CDLL("libX11.so.6")
    keysyms = POINTER(c_ulong)
    x11.XOpenDisplay.restype, x11.XOpenDisplay.argtypes = c_void_p, [c_char_p]
    x11.XDisplayKeycodes.argtypes = [c_void_p, POINTER(c_int), POINTER(c_int)]
    x11.XGetKeyboardMapping.restype = keysyms
    x11.XGetKeyboardMapping.argtypes = [c_void_p, c_ubyte, c_int, POINTER(c_int)]
    x11.XChangeKeyboardMapping.argtypes = [c_void_p, c_int, c_int, keysyms, c_int]
    x11.XSync.argtypes = [c_void_p, c_int]
    x11.XFree.argtypes = [c_void_p]
    x11.XCloseDisplay.argtypes = [c_void_p]
    return x11


def exchange(decide: Callable[[Keyboard], Mapping[int, int]]) -> None:
    """Reads the keyboard of `$DISPLAY` and puts onto it what is decided then; raises `AppError` without one."""
    x11 = _library()
    display = x11.XOpenDisplay(None)
    if not display:
        raise AppError("screen: there is no display. Set DISPLAY.")
    first, last, width = c_int(), c_int(), c_int()
    x11.XDisplayKeycodes(display, byref(first), byref(last))
    count = last.value - first.value + 1
    table = x11.XGetKeyboardMapping(display, first.value, count, byref(width))
    try:
        columns = width.value
        changes = decide({first.value + key: table[key * columns : (key + 1) * columns] for key in range(count)})
        for key, keysym in changes.items():
            row = (key - first.value) * columns
            for column in range(columns):
                table[row + column] = keysym if column == 0 else 0
        if changes:
            # From the first to the last that changes; what is between stays as it was read.
            start, end = min(changes), max(changes)
            rows = (c_ulong * ((end - start + 1) * columns))(
                *table[(start - first.value) * columns : (end - first.value + 1) * columns]
            )
            x11.XChangeKeyboardMapping(display, start, columns, rows, end - start + 1)
            x11.XSync(display, 0)
    finally:
        x11.XFree(table)
        x11.XCloseDisplay(display)
