"""Figures, not tests: each file is a script of its own."""
