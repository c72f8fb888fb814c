"""A school office, made for the tests of the exchange: it reads what others hold."""
