"""Coding agents started behind a proxy, and their configuration files edited so that it can be undone."""
