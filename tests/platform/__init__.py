"""The local platform itself: what `make run` promises. Services here are stand-ins."""
