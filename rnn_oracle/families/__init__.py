"""The families of cases, each in a folder; what they share; and the registry that lists them."""
