"""Identification schemes: one file each, one protocol."""
