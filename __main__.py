"""``python -m yenloop`` is the command line."""

from .cli import main

main()
