"""Compress, cache, retrieve: the marker grammar, the store of originals, and the way back."""
