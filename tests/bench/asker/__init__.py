"""The consumer under measurement."""
