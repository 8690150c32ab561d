"""`python -m domainlab.train run.json`, or the same behind `accelerate launch`."""

import argparse
import logging

from domainlab.train.launch import launch

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m domainlab.train", description="Fine-tune as a settings file says.")
    parser.add_argument("settings", help="path of the JSON settings file")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    launch(parser.parse_args().settings)
