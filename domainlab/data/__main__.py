"""Write data/general and data/medical: `python -m domainlab.data [folder]`."""

import argparse
import logging
from pathlib import Path

from domainlab.data.build import COMMAND, build_general, build_medical
from domainlab.settings import ROOT


def main() -> None:
    """Read the folder from the command line and write both worlds into it."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=ROOT / "data", help="where general/ and medical/ go"
    )
    folder = parser.parse_args().folder
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    build_general(folder / "general")
    build_medical(folder / "medical")


if __name__ == "__main__":
    main()
