"""What help texts of commands have in common."""

#: Exit code -> what it says. Other numbers are those of a signal that killed the command.
EXIT_CODES = {
    0: "the command has done what it says",
    1: "a known error, a difference that `corpus verify` has found, or nobody reads the output on "
    "(`corpus stats OUT \\| head -1`)",
    2: "the command line cannot be understood; nothing was done",
    3: "`corpus status`: the run has stopped and is not complete",
    4: "`corpus status`: there is no run",
    130: "interrupted; the same command takes the work up again",
}


def example(*lines: str) -> str:
    """Formats example command lines for the end of a help text."""
    return "Example:\n\n" + "\n\n".join(f"`{line}`" for line in lines)
