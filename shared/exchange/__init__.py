"""What services need to provide resources through the exchange, and to use them."""
