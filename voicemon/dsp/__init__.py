"""Numbers in, numbers out: meters and features, on NumPy and SciPy alone."""
