"""Whole affairs through the gateway: all services up, a real broker, a real database."""
