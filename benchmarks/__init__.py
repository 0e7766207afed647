"""Benchmarks: the same data through yenloop and its peers; same numbers first, then the time."""
