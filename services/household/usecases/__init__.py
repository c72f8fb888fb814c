"""What the register does: load, rule, save."""
