"""The measurements by target and name, and how a call is tried."""

MEASUREMENTS = {"keras2": {}, "keras3": {}, "tf1": {}}
"""By the name of a target, then by that of the measurement: a function of the target."""


def of(*targets):
    """Return a decorator that lists a function under its name, for these targets.

    The function tells whether a release does what its name says: True or False, or None where the
    target says nothing about it.
    """

    def listed(function):
        for target in targets:
            MEASUREMENTS[target][function.__name__] = function
        return function

    return listed


def refused(call, *arguments, **named):
    """Return the error that a call raises, None without one."""
    try:
        call(*arguments, **named)
    except Exception as error:
        return error
    return None


def is_unknown(make, argument, value):
    """Tell whether a class of Keras does not know an argument of its constructor."""
    return argument in str(refused(make, 4, **{argument: value}))
