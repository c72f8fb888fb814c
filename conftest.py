"""How every test runs: two cores may be busy, so no example of a property has a deadline."""

from hypothesis import HealthCheck, settings

settings.register_profile("platform", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("platform")
