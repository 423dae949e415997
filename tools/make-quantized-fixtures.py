#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes fixtures/quantized: windows, an integer model calibrated on them, what LiteRT answers.

windows.npy holds 120 synthetic windows, seeded walks of six channels in half precision.
gesture-int8.tflite is fixtures/conformance/models/k3_m1s.keras as `mainspring convert` writes it
when calibrated on them; expected.npy is what LiteRT's reference kernels answer to the windows,
as floats. Needs ai-edge-litert (2.3.0 was used) and a build of mainspring.
"""
import pathlib
import subprocess
import sys
import tempfile

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
    """The model's outputs as floats; it starts each window afresh by itself."""
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


def main():
    inputs = windows()
    if arguments.check:
        model = FOLDER / "gesture-int8.tflite"
        same = np.array_equal(np.load(FOLDER / "windows.npy"), inputs)
        expected = np.load(FOLDER / "expected.npy")
        sys.exit(0 if same and np.array_equal(answers(model, inputs), expected) else 1)
    FOLDER.mkdir(exist_ok=True)
    np.save(FOLDER / "windows.npy", inputs)
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "gesture-int8.tflite"
        subprocess.run(
            [arguments.mainspring, "convert",
             ROOT / "fixtures" / "conformance" / "models" / "k3_m1s.keras", "-o", model,
             "--precision", "int8", "--calibrate", FOLDER / "windows.npy"], check=True)
        np.save(FOLDER / "expected.npy", answers(model, inputs))
        (FOLDER / "gesture-int8.tflite").write_bytes(model.read_bytes())


main()
