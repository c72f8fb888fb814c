"""The HTTP surface under input of every kind, through the gateway."""
