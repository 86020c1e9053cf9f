"""The arrays that the equations run on beside NumPy's: error bounds, decimals, nests of arrays."""
