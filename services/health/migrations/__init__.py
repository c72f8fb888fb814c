"""Data of former versions, brought up to date (`shared/migrate.py`)."""
