#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes fixtures/quantized: windows, an integer model calibrated on them, what LiteRT answers.

windows.npy holds 120 synthetic windows, seeded walks of six channels in half precision.
gesture-int8.tflite is fixtures/conformance/models/k3_m1s.keras as `mainspring convert` writes it
when calibrated on them; expected.npy is what LiteRT's reference kernels answer to the windows,
as floats. stateful-int8.tflite is the same model with an LSTM that says it is stateful, and
carried-on.npy what LiteRT answers when nothing resets it. Needs ai-edge-litert (2.3.0 was used) and
a build of mainspring.
"""
import pathlib
import subprocess
import sys
import tempfile
import zipfile

sys.dont_write_bytecode = True  # the checkout stays clean

from common import ROOT, Arguments  # noqa: E402

parser = Arguments(__doc__)
parser.add_argument(
    "--mainspring", type=pathlib.Path, default=ROOT / ".build" / "release" / "mainspring",
    help="the program, instead of the one in .build/release")
parser.add_argument(
    "--check", action="store_true",
    help="write nothing; the exit code tells whether LiteRT still gives what is expected")
arguments = parser.parse_args()

import numpy as np  # noqa: E402
from ai_edge_litert.interpreter import Interpreter, OpResolverType  # noqa: E402

FOLDER = ROOT / "fixtures" / "quantized"
COUNT, TIME, CHANNELS = 120, 50, 6


def windows():
    """Damped random walks around a resting position for each window."""
    random = np.random.default_rng(20261121)
    value = random.normal(0, 1, (COUNT, CHANNELS))
    rest = value.copy()
    steps = []
    for _ in range(TIME):
        value = rest + 0.9 * (value - rest) + random.normal(0, 0.3, value.shape)
        steps.append(value)
    return np.stack(steps, axis=1).astype(np.float16)


def answers(model, inputs):
    """The model's outputs as floats, one window after the other without any reset."""
    interpreter = Interpreter(
        str(model), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero = source["quantization"]
    results = []
    for window in inputs.astype(np.float32):
        # TFLite rounds halves away from zero.
        steps = window / np.float32(scale)
        rounded = np.copysign(np.floor(np.abs(steps) + np.float32(0.5)), steps) + zero
        interpreter.set_tensor(
            source["index"], np.clip(rounded, -128, 127).astype(np.int8)[None])
        interpreter.invoke()
        scale_out, zero_out = target["quantization"]
        integers = interpreter.get_tensor(target["index"])[0].astype(np.int32)
        results.append((integers - zero_out) * np.float32(scale_out))
    return np.stack(results).astype(np.float32)


def stateful(source, target):
    """Writes a Keras archive whose recurrent layers say that they are stateful."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "config.json":
                data = data.replace(b'"stateful": false', b'"stateful": true')
            new.writestr(item, data)


def convert(source, target):
    subprocess.run(
        [arguments.mainspring, "convert", source, "-o", target, "--precision", "int8",
         "--calibrate", FOLDER / "windows.npy"], check=True)


FILES = {"gesture-int8.tflite": "expected.npy", "stateful-int8.tflite": "carried-on.npy"}


def main():
    inputs = windows()
    if arguments.check:
        same = np.array_equal(np.load(FOLDER / "windows.npy"), inputs)
        for model, expected in FILES.items():
            found = answers(FOLDER / model, inputs)
            same = same and np.array_equal(found, np.load(FOLDER / expected))
        sys.exit(0 if same else 1)
    FOLDER.mkdir(exist_ok=True)
    np.save(FOLDER / "windows.npy", inputs)
    source = ROOT / "fixtures" / "conformance" / "models" / "k3_m1s.keras"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        stateful(source, folder / "stateful.keras")
        convert(source, folder / "gesture-int8.tflite")
        convert(folder / "stateful.keras", folder / "stateful-int8.tflite")
        for model, expected in FILES.items():
            np.save(FOLDER / expected, answers(folder / model, inputs))
            (FOLDER / model).write_bytes((folder / model).read_bytes())


main()
