"""What education does: load, rule, save. The store, the tools and the time are passed in."""
