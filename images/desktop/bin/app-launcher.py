#!/usr/bin/python3 -I
"""Command of the desktop: the apps, those that run, and starting them. See README.md."""

import sys

sys.path.insert(0, "/opt/berth/desktop")

from berth_desktop.launcher import main

sys.exit(main(sys.argv[1:]))
