"""What every target is: a runtime that says what it is, and answers cases."""

from ..reference.dialects import generation


class Target:
    """A runtime that is judged. A target of one's own derives from this.

    A distribution that has one names it in the entry point group ``rnn_oracle.targets``: a class,
    or what else can be called without arguments and returns the target. It may import the runtime
    when it is first used, and not before.

    Attributes
    ----------
    name : str
        By which it is chosen, and the ledger knows it: small letters, digits and hyphens.
    version : str
        Of the runtime, such as ``"3.15.1"``.
    dialect : str
        By which it is judged: a name in `rnn_oracle.reference.dialects.DIALECTS`.
    module : str
        What is imported, for messages.
    families : tuple of str or None
        The ids of the families of which it runs cases; None for all that its dialect was measured
        on, as a Keras does.
    backend : str or None
        What it computes with, where it can do that with several.
    release : str or None
        Of TensorFlow, where it computes with that.
    made_by : Target or None
        The target whose models it is given, where it converts models: what is known of that holds
        of its models too.
    environment : dict of str to str
        The environment variables that a process needs before it imports the runtime.
    seconds : float
        How long all calls of `run` have been inside the runtime.
    """

    name = version = dialect = module = ""
    families = backend = release = made_by = None
    environment = {}
    seconds = 0.0

    def __repr__(self):
        return f"{self.name} ({self.module or 'version'} {self.version})"

    @property
    def generation(self):
        """The generation of its dialect: ``"keras3"``, ``"keras2"``, or ``"tf1"``."""
        return generation(self.dialect)

    def load(self):
        """Import the runtime, or start it, and see whether it can be used.

        Raises
        ------
        BrokenTargetError
            If it cannot.
        """

    def run(self, case, sizes=None):
        """Return the `rnn_oracle.families.outcome.Outcome` of a case.

        Raises
        ------
        BrokenTargetError
            If it cannot be used.
        """
        raise NotImplementedError
