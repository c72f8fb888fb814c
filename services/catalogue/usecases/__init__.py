"""What the catalogue does: load, rule, save. The store and the time are passed in."""
