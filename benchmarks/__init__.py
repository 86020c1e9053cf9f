"""How fast the reference is, beside the bare products of its kernels and beside other runtimes."""
