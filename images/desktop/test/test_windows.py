"""Reading what wmctrl and xdotool print."""

import unittest

from .support import APPS, CHROME, WINDOWS

from berth_desktop.apps import AppError
from berth_desktop.windows import Place, Window, find_window, parse_places, parse_windows, table, windows_of


class ParseWindows(unittest.TestCase):
    def test_tells_whose_each_window_is_and_leaves_the_panel_out(self) -> None:
        self.assertEqual(
            parse_windows(WINDOWS, APPS),
            (
                Window(0x600003, 38, "chromium", "New Tab - Chromium", "chrome"),
                Window(0x600007, 38, "mail.google.com", "Inbox (3) - Gmail", "gmail"),
                Window(0x1600002, 99, "mousepad", "*Untitled 1 - Mousepad", "editor"),
            ),
        )

    def test_takes_windows_that_say_little(self) -> None:
        text = "0x00a00001  0 0      N/A                   N/A \n0x00a00002  0 7      x.X  box  two  words\nnonsense\n"
        self.assertEqual(
            parse_windows(text, APPS), (Window(0xA00001, 0, "", ""), Window(0xA00002, 7, "x", " two  words"))
        )

    def test_takes_a_class_with_blanks(self) -> None:
        (window,) = parse_windows("0x00a00001  0 7      my app.My App  box Title", APPS)
        self.assertEqual((window.instance, window.title), ("my app", "Title"))


class ParsePlaces(unittest.TestCase):
    def test_reads_a_block_for_each_window(self) -> None:
        text = "WINDOW=6291459\nX=10\nY=-4\nWIDTH=800\nHEIGHT=600\nSCREEN=0\nWINDOW=7\nX=1\nY=2\nWIDTH=3\nHEIGHT=4\nSCREEN=0\n"
        self.assertEqual(parse_places(text), {6291459: Place(10, -4, 800, 600), 7: Place(1, 2, 3, 4)})

    def test_leaves_out_what_is_not_whole(self) -> None:
        self.assertEqual(parse_places("WINDOW=7\nX=1\nWINDOW=x\nX=1\nY=2\nWIDTH=3\nHEIGHT=4\n"), {})


class FindWindow(unittest.TestCase):
    windows = parse_windows(WINDOWS, APPS)

    def test_knows_a_window_by_both_kinds_of_number(self) -> None:
        for wanted in ("0x00600003", "0x600003", "6291459"):
            self.assertEqual(find_window(self.windows, wanted).app, "chrome")

    def test_says_what_to_write(self) -> None:
        with self.assertRaisesRegex(AppError, "window: found '0x1', which is not there"):
            find_window(self.windows, "0x1")
        with self.assertRaisesRegex(AppError, "window: found 'mail'. Write an id"):
            find_window(self.windows, "mail")


class Showing(unittest.TestCase):
    windows = parse_windows(WINDOWS, APPS)

    def test_an_apps_windows(self) -> None:
        self.assertEqual([window.id for window in windows_of(self.windows, CHROME)], [0x600003])

    def test_a_table_for_people_marks_the_active_one(self) -> None:
        windows = (Window(1, 2, "x", "A window", None, None, True), *self.windows[:1])
        self.assertEqual(
            table(windows),
            "ID          APP     TITLE\n0x00000001  -       A window *\n0x00600003  chrome  New Tab - Chromium",
        )

    def test_json_for_programs(self) -> None:
        window = Window(0x600003, 38, "chromium", "New Tab", "chrome", Place(1, 2, 3, 4), True)
        self.assertEqual(
            window.as_json(),
            {
                **{"id": "0x00600003", "app": "chrome", "title": "New Tab", "pid": 38, "active": True},
                "place": {"x": 1, "y": 2, "width": 3, "height": 4},
            },
        )
