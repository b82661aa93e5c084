"""What every test of the engine shares."""

from hypothesis import HealthCheck, settings

# Whether a test passes must not hang on how busy the machine is.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")
