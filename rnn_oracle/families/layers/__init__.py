"""The core matrix: stacked layers in the options that most people use, the whole product."""
