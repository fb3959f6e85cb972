"""The local cloud's resources and their life cycle. Free of HTTP; calls the data plane through ``interface`` alone."""
