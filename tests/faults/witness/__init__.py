"""A service in one folder, made for the fault tests: it hears everything."""
