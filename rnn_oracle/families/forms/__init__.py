"""Cases of the forms in which arguments come: tensors, arrays, lists, of any dtype."""
