"""What is made of the list of apps while the image is built."""

import unittest
from pathlib import Path
from xml.etree import ElementTree

from .support import APPS, CHROME

from berth_desktop.panel import desktop_entry, menu, panel_lines


class Panel(unittest.TestCase):
    def test_has_a_line_for_each_app_in_their_order(self) -> None:
        self.assertEqual(
            panel_lines(APPS, Path("/apps")),
            "launcher_item_app = /apps/berth-chrome.desktop\n"
            "launcher_item_app = /apps/berth-gmail.desktop\n"
            "launcher_item_app = /apps/berth-editor.desktop\n",
        )

    def test_starts_apps_by_the_launcher_so_that_a_click_leads_to_what_is_open(self) -> None:
        self.assertIn("Exec=/opt/app-launcher.py chrome\n", desktop_entry(CHROME, Path("/icons/chrome.png")))

    def test_the_menu_is_xml_with_an_item_for_each_app(self) -> None:
        names = [item.get("label") for item in ElementTree.fromstring(menu(APPS)).iter("{http://openbox.org/3.4/menu}item")]
        self.assertEqual(names, ["Chrome", "Gmail", "Editor"])
