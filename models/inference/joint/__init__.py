"""Bands that hold a whole path: one rule a file."""
