"""Compressors, one file a kind."""
