"""Keep freed memory in the process, so that training on CPU stops paying for page faults.

glibc gives every big buffer back to the kernel when it is freed; the next step asks for the same memory again
and the kernel zeroes it page by page. Raising three thresholds keeps the buffers (man 3 mallopt). The price
is that the process holds its peak memory until it ends.
"""

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # names and numbers of glibc's malloc.h
KEEP_BYTES = 1 << 28  # 256 MiB, above the largest buffer of a step of the embedded model


def keep_freed_memory() -> bool:
    """Raise glibc's thresholds for giving memory back.

    Returns:
        True when all three were accepted; False, with nothing changed, where there is no glibc.
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallopt"):
        return False
    accepted = [libc.mallopt(name, KEEP_BYTES) for name in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD)]
    return all(accepted)
