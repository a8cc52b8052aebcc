"""x"""


def shipped_cut_offs():
    return {}
