"""Tests of the desktop: what decides, and in the image the whole of it on a real X server."""
