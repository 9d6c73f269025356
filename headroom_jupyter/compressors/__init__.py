"""The compressors, one content kind a file; none of them imports another."""
