"""One adapter per kind of source."""
