"""What help texts of commands have in common."""


def example(*lines: str) -> str:
    """Formats example command lines for the end of a help text."""
    return "Example:\n\n" + "\n\n".join(f"`{line}`" for line in lines)
