"""Fuzzers that run until they are stopped; no tests."""
