#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes fixtures/numpy: small .npy files as NumPy itself writes them.

Needs NumPy 2; the files in the repository are of NumPy 2.4.6.
"""
import pathlib
import sys

sys.dont_write_bytecode = True  # the checkout stays clean

from common import ROOT, Arguments  # noqa: E402

parser = Arguments(__doc__)
parser.add_argument(
    "folder", type=pathlib.Path, nargs="?", default=ROOT / "fixtures" / "numpy",
    help="where to, instead of fixtures/numpy")
arguments = parser.parse_args()

import numpy as np  # noqa: E402
from numpy.lib import format as npy_format  # noqa: E402


def save(folder, name, array, version=None):
    with open(folder / f"{name}.npy", "wb") as file:
        npy_format.write_array(file, array, version=version, allow_pickle=True)


def main():
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)

    # Elements are (i - 4) / 4: exact in every float type.
    ramp = (np.arange(12) - 4) / 4
    f32 = ramp.astype("<f4").reshape(2, 3, 2)
    save(folder, "f32", f32)
    save(folder, "f32-version2", f32, version=(2, 0))
    save(folder, "f32-version3", f32, version=(3, 0))
    save(folder, "f64", ramp.reshape(2, 3, 2))
    save(folder, "f16", ramp.astype("<f2").reshape(2, 3, 2))
    save(folder, "f32-vector", ramp.astype("<f4"))
    save(folder, "f32-scalar", np.array(-0.25, "<f4"))
    save(folder, "f32-empty", np.zeros((0, 50, 6), "<f4"))
    save(folder, "f32-special", np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45], "<f4"))
    # A header that ends on a multiple of 64 by itself gets 64 more blanks.
    save(folder, "f32-padded", np.ones((1,) * 12 + (10, 10), "<f4"))

    for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        info = np.iinfo(kind)
        high = min(info.max, np.iinfo("i8").max)
        save(folder, f"integers-{kind}", np.array([info.min, 0, 1, high], kind))
    save(folder, "refused-u8-range", np.array([0, 2**63], "<u8"))

    save(folder, "refused-fortran", np.asfortranarray(f32))
    save(folder, "refused-bigendian", ramp.astype(">f4"))
    save(folder, "refused-bool", np.array([True, False]))
    save(folder, "refused-complex", ramp.astype("<c8"))
    save(folder, "refused-object", np.array([{}, None], dtype=object))
    save(folder, "refused-text", np.array(["left", "right"]))
    save(folder, "refused-bytes", np.array([b"left", b"right"]))
    save(folder, "refused-structured", np.zeros(2, [("x", "<f4"), ("y", "<f4")]))
    save(folder, "refused-datetime", np.array(["2026-01-01"], "M8[D]"))
    save(folder, "refused-longdouble", ramp.astype("<f16"))


if __name__ == "__main__":
    main()
