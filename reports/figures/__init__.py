"""One picture a file; each takes a tidy frame, never a model."""
