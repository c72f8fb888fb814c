"""A register of residents, made for the tests of the exchange: it provides, and nothing else."""
