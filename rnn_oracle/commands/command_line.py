"""The command lines of all commands: their names, what each is for, what their help looks like."""

import argparse

SUMMARIES = {
    "check": "judge the installed TensorFlow, or other targets, by the rules",
    "explain": "show what a layer does with a short sequence, step by step",
    "diff": "tell what changed from one release to another, and why",
    "history": "tell which release keeps which rule",
    "cases": "list the cases, by rule, family, options or id",
    "dump": "write the vectors, and the recording of the installed TensorFlow",
    "cover": "let the covering arrays grow, and write the table of pairs",
}
"""What each command does, by its name."""

STATUS = """\
exit status: 0 where all is the same or agrees, 1 where something diverges or
has changed, 2 on misuse or where it could not be done"""


def parser_of(command, prog, examples, about=""):
    """Return the parser of a command, which has no argument yet.

    Parameters
    ----------
    command : str
    prog : str or None
        The name under which it was called; None for that of its door. It becomes an option too.
    examples : tuple of str
        What may follow the name.
    about : str, optional
        What its help says below the options.

    Returns
    -------
    argparse.ArgumentParser
    """
    prog = prog or f"python -m rnn_oracle.{command}"
    lines = "\n".join(f"  {prog} {example}".rstrip() for example in examples)
    summary = SUMMARIES[command]
    parser = argparse.ArgumentParser(
        prog=prog,
        description=f"{summary[:1].upper()}{summary[1:]}.",
        epilog="\n\n".join(filter(None, [about.strip(), f"examples:\n{lines}", STATUS])),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(prog=prog)
    return parser
