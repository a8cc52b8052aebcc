"""What a phase sends documents and hashes through: transforms that wire and count.

Pure rooms do the work: a step of the flow, or a function of `dedup`.
"""
