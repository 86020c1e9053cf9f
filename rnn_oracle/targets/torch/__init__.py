"""The layers of PyTorch, as one uses them who carries weights over by hand."""
