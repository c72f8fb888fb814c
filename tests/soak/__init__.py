"""A long time in which everything is killed again and again: `make soak`."""
