"""Whole affairs through HTTP: all services up, real broker, real wire."""
