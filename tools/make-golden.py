#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes fixtures/geotec/windows.npy and what real Keras answers to it, expected.npy.

Needs TensorFlow with Keras 3 (tensorflow-cpu 2.21.0 and keras 3.15.1 were used). The windows are
synthetic: seeded noise and oscillations around gravity with the per-channel spread of a wrist-worn
sensor, in m/s^2 and rad/s, 50 steps at 50 Hz of ax ay az gx gy gz. No recording is part of them.
"""
import os
import sys

sys.dont_write_bytecode = True  # the checkout stays clean

from common import ROOT, Arguments  # noqa: E402

parser = Arguments(__doc__)
parser.add_argument(
    "--check", action="store_true",
    help="write nothing; the exit code tells whether the files are still what would be made")
arguments = parser.parse_args()

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np  # noqa: E402

FOLDER = ROOT / "fixtures" / "geotec"
COUNT, TIME = 128, 50
GRAVITY = np.array([-8.3, -2.9, 1.4, 0, 0, 0])
SPREAD = np.array([3.2, 2.4, 3.5, 1.7, 0.8, 1.3])


def windows():
    """Windows from stillness to vigorous movement, float32 [COUNT, TIME, 6]."""
    random = np.random.default_rng(20261120)
    time = np.arange(TIME)[None, :, None] / 50
    vigour = random.uniform(0, 2, (COUNT, 1, 1)) ** 2 / 2
    frequency = random.uniform(0.3, 3, (COUNT, 1, 6))
    phase = random.uniform(0, 2 * np.pi, (COUNT, 1, 6))
    tilt = random.normal(0, 0.7, (COUNT, 1, 6)) * SPREAD
    tilt[:, :, 3:] = 0
    swing = np.sin(2 * np.pi * frequency * time + phase) * random.uniform(0.2, 1.4, (COUNT, 1, 6))
    noise = random.normal(0, 0.15, (COUNT, TIME, 6))
    return (GRAVITY + tilt + vigour * SPREAD * (swing + noise)).astype(np.float32)


def main():
    import keras

    inputs = windows()
    outputs = keras.models.load_model(FOLDER / "gesture.h5", compile=False).predict(inputs, verbose=0)
    if arguments.check:
        same = np.array_equal(np.load(FOLDER / "windows.npy"), inputs)
        close = np.abs(np.load(FOLDER / "expected.npy") - outputs).max() < 1e-6
        sys.exit(0 if same and close else 1)
    np.save(FOLDER / "windows.npy", inputs)
    np.save(FOLDER / "expected.npy", outputs)
    shares = np.bincount(outputs.argmax(1), minlength=outputs.shape[1])
    print(f"Keras {keras.__version__}: {len(inputs)} windows, classes {shares.tolist()}")


main()
