"""The list of apps."""

import tempfile
import unittest
from pathlib import Path

from .support import APPS, CHROME, GMAIL

from berth_desktop.apps import AppError, find_app, load_apps, parse_app, parse_apps


class TheImagesOwn(unittest.TestCase):
    def test_has_the_twelve_apps_of_the_first_phase(self) -> None:
        names = [app.name for app in load_apps()]
        self.assertEqual(
            names,
            "chrome gmail calendar drive docs slack notion figma github terminal files editor".split(),
        )

    def test_no_window_belongs_to_two_apps(self) -> None:
        apps = load_apps()
        for app in apps:
            self.assertEqual([other.name for other in apps if other.owns(app.window)], [app.name])


class ParseApp(unittest.TestCase):
    def test_a_web_app_is_a_window_of_the_browser_named_by_its_host(self) -> None:
        app = parse_app({"name": "docs", "title": "Docs", "url": "https://docs.google.com/document/"})
        self.assertEqual(app.command, ("chromium", "--app=https://docs.google.com/document/"))
        self.assertTrue(app.owns("docs.google.com__document"))
        self.assertTrue(app.owns("docs.google.com"))
        self.assertFalse(app.owns("docs.google.com.evil.example"))

    def test_a_program_says_which_window_it_opens(self) -> None:
        app = parse_app({"name": "files", "title": "Files", "command": ["thunar", "--quiet"], "window": "thunar"})
        self.assertEqual(app.command, ("thunar", "--quiet"))
        self.assertTrue(app.owns("Thunar"))

    def test_refuses_what_it_does_not_know(self) -> None:
        for entry in ({"name": "x"}, {"name": "x", "title": "X", "url": "https://x.example", "icon": "x.png"}):
            with self.assertRaisesRegex(ValueError, "an app has name, title"):
                parse_app(entry)

    def test_refuses_a_name_that_is_there_twice(self) -> None:
        entry = {"name": "x", "title": "X", "url": "https://x.example"}
        with self.assertRaisesRegex(ValueError, "two apps are called 'x'"):
            parse_apps([entry, entry])


class LoadApps(unittest.TestCase):
    def test_names_a_file_that_nobody_can_use(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "apps.json")
            for content in ("", "[]", '{"apps": [{"name": "x"}]}'):
                file.write_text(content)
                with self.assertRaisesRegex(AppError, "apps.json: "):
                    load_apps(file)
            with self.assertRaisesRegex(AppError, "none.json: "):
                load_apps(Path(folder, "none.json"))


class FindApp(unittest.TestCase):
    def test_knows_an_app_by_name_and_title_in_any_case(self) -> None:
        self.assertIs(find_app(APPS, "chrome"), CHROME)
        self.assertIs(find_app(APPS, "Chrome"), CHROME)
        self.assertIs(find_app(APPS, "GMAIL"), GMAIL)

    def test_says_which_there_are(self) -> None:
        with self.assertRaisesRegex(AppError, "app: found 'word'. Choose one of: chrome, gmail, editor."):
            find_app(APPS, "word")
