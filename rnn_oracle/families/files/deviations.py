"""What releases compute of a model that was saved, where it is another thing than before."""

from .expected import computed
from .releases import RELEASES


def mask_not_passed_on(case, dialect, sizes, outcome):
    """Recurrent layers apply the mask of the layer below, and pass none on."""
    wrong = computed(case, RELEASES[case.saved_by].dialect, passes_masks=False)
    return outcome.changed(wrong.arrays, allowed=wrong.allowed)


DEVIATIONS = {"mask_not_passed_on": mask_not_passed_on}
