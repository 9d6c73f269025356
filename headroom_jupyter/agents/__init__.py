"""Coding agents, one a file: how each is pointed at a proxy, and where it keeps its files."""
