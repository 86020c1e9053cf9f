"""The families of cases whose options are crossed, on the installed Keras."""


def test_case(keras_case, judged):
    judged(*keras_case)
