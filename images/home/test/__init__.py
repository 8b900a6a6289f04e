"""Tests of the home: within the image, as it has what they need."""
