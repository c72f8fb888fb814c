"""What supervision does: load, rule, save."""
