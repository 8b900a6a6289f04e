#!/usr/bin/python3 -I
"""Command of the desktop: what is open, and bringing it where it should be. See README.md."""

import sys

sys.path.insert(0, "/opt/berth/desktop")

from berth_desktop.controller import main

sys.exit(main(sys.argv[1:]))
