"""
Puts the apps into panel and menu while the image is built, so that nothing has to do it when a desktop starts:

    python3 -m berth_desktop.panel ICONS APPLICATIONS TINT2RC MENU
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from .apps import App, load_apps

LAUNCHER = "/opt/app-launcher.py"


def desktop_entry(app: App, icon: Path) -> str:
    """What a panel and a file manager know an app by."""
    return "\n".join(
        [
            "[Desktop Entry]",
            "Type=Application",
            f"Name={app.title}",
            f"Exec={LAUNCHER} {app.name}",
            f"Icon={icon}",
            f"StartupWMClass={app.window}",
            "",
        ]
    )


def panel_lines(apps: Sequence[App], applications: Path) -> str:
    """Their lines in the panel's configuration."""
    return "".join(f"launcher_item_app = {entry_path(app, applications)}\n" for app in apps)


def menu(apps: Sequence[App]) -> str:
    """The menu under the right button on the empty screen."""
    items = "".join(
        f"    <item label={quoteattr(app.title)}>"
        f'<action name="Execute"><command>{escape(f"{LAUNCHER} {app.name}")}</command></action></item>\n'
        for app in apps
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<openbox_menu xmlns="http://openbox.org/3.4/menu">\n'
        f'  <menu id="root-menu" label="Apps">\n{items}  </menu>\n</openbox_menu>\n'
    )


def entry_path(app: App, applications: Path) -> Path:
    """Where an app's entry is. Its own name, or it would be taken for that of the program in Debian's package."""
    return applications / f"berth-{app.name}.desktop"


def main(arguments: Sequence[str]) -> int:
    """Writes all of them."""
    icons, applications, panel, openbox = (Path(argument) for argument in arguments)
    apps = load_apps()
    for app in apps:
        icon = icons / f"{app.name}.png"
        if not icon.is_file():
            raise SystemExit(f"{icon}: is missing. Draw art/icons/{app.name}.svg.")
        entry_path(app, applications).write_text(desktop_entry(app, icon))
    panel.write_text(panel.read_text() + "\n" + panel_lines(apps, applications))
    openbox.write_text(menu(apps))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
