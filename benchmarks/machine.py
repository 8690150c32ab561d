"""What a benchmark ran on, so that its numbers are not taken for those of another machine."""

import os
import platform
import resource
from pathlib import Path

import torch


def describe_machine() -> str:
    """Processor, threads, GPU and versions in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no GPU"
    threads = torch.get_num_threads()
    return f"{model}, {os.cpu_count()} cores, {threads} threads, {gpu}, torch {torch.__version__}"


def peak_megabytes() -> float:
    """Most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
