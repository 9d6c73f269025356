"""The wire formats, one a file; none of them imports another."""
