"""What kernels ask of single bytes of UTF-8; code points below 128 are read alike."""

from corpus_pipeline.kernels import kernel


@kernel
def is_digit(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39


@kernel
def is_ascii_letter(byte):  # type: ignore[no-untyped-def]
    return 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


@kernel
def is_alnum(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


@kernel
def is_hex(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x46 or 0x61 <= byte <= 0x66
