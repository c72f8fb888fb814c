"""A department in one folder, made for the fault tests: nobody else knows of it."""
