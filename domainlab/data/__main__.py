"""Write data/general, data/medical and data/security: `python -m domainlab.data [folder]`."""

import argparse
import logging
from pathlib import Path

from domainlab.data.build import COMMAND, build_general, build_medical, build_security
from domainlab.settings import ROOT


def main() -> None:
    """Read the folder from the command line and write the worlds into it."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=ROOT / "data", help="where general/, medical/ and security/ go"
    )
    folder = parser.parse_args().folder
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    build_general(folder / "general")
    build_medical(folder / "medical")
    build_security(folder / "security")


if __name__ == "__main__":
    main()
