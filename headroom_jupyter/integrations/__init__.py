"""Other people's frameworks, one a file; each imports its own framework and no other, and none is needed."""
