"""What the rules demand of a case of any family."""

from . import registry


def expected(case, dialect, sizes=None, bounded=True):
    """Return the `Outcome` that the rules demand of a case.

    Parameters
    ----------
    case : Case
    dialect : str or Dialect
    sizes : Sizes, optional
        Of the problem; by default those of the case.
    bounded : bool
        Whether to work out `allowed`, which takes longer than the values.

    Returns
    -------
    Outcome
        With values computed in float64, and `allowed` for the dtype of the case.
    """
    demand = registry.get(case.family).part("expected").expected
    return demand(case, dialect, sizes or case.sizes, bounded)
