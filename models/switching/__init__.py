"""Markov-switching regressions: likelihood, estimation and result behind ``models.regime``."""
