# SPDX-License-Identifier: Apache-2.0
"""Shared by the Python scripts in this folder."""
import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Arguments(argparse.ArgumentParser):
    """Shows a script's own text as help, and ends with 64 for arguments that are wrong."""

    def __init__(self, text):
        super().__init__(
            description=text, formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False)

    def error(self, message):
        print(f"error: {message}\nSee '{sys.argv[0]} --help' for more information.",
              file=sys.stderr)
        sys.exit(64)
