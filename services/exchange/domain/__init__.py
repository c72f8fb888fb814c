"""The rules of the exchange, pure."""
