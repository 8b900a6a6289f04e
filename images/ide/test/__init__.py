"""Tests of the IDE: what decides, and in the image the whole of it."""
