"""Bands: one file each, and the table that says which is valid for what."""
