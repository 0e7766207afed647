"""Coverage audit: how often the bands of the package hold the truth in economies that know it."""
