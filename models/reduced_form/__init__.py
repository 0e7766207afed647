"""The estimated reduced form: its results, tests and restrictions."""
