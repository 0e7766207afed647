"""How joint draws become an interval: one rule a file."""
