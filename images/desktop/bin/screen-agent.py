#!/usr/bin/python3 -I
"""Command of the desktop: sees the screen and acts on it. See README.md."""

import sys

sys.path.insert(0, "/opt/berth/desktop")

from berth_desktop.screen_agent import main

sys.exit(main(sys.argv[1:]))
