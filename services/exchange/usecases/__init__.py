"""Load, rule, save."""
