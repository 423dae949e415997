#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs models in LiteRT and compares what comes out with what must come out.

usage: interop.py [--tolerance T] [--steps N] folder

The folder holds, for each model, NAME.tflite, NAME.input_0.npy, … in the order of the model's
inputs, and NAME.output_0.npy, … in the order of its outputs. The first axis of each array counts
windows; the rest is the tensor's shape, with or without a leading 1. Arrays for tensors of
integers hold raw integers of the same type.

Each model runs with LiteRT's reference kernels and with its default ones (XNNPACK), every window
one after the other, twice over, without any reset of variables: state that leaks from window to
window is a mismatch. A float agrees when |found − expected| ≤ T · max(1, |expected|). An integer
agrees with the reference kernels when it is the same, with the default ones when it is at most N
steps away. Prints one line for each model; exits with 1 when any disagrees and with 2 when there
is nothing to check.

LiteRT has no reference kernel for a few operators, ELU and TILE of int8 among them. Such a model
runs with the optimised built-in kernels, without XNNPACK, in place of the reference ones, and is
held to what the default ones are held to; marked with *.

Models named random_… and quantized_… are chains of quantized layers, in which a step of one layer
grows in the next ones: with the default kernels, which round other than the reference ones, they
may be CHAIN_STEPS steps or CHAIN_TOLERANCE away, a little more than was seen of hundreds. Those
named quantized_… run in TensorFlow Lite Micro as well, where the same holds.

In random_loop_dynamic… floats are rounded to integers again in each step of a loop: where one lies
between two integers its last bit decides, and the result may be LOOP_TOLERANCE away.

Integers around a part of floats, as an LSTM in an int16x8 model, may be one step away: the last bit
of a float decides where it lies between two integers.

Beside some models lies NAME.metadata.json, {"labels": […], "mean": […], "std": […]}: what a reader of
TFLite's metadata must find in the file, in the fields of that schema and in the archive behind it.
"""
import argparse
import json
import pathlib
import sys
import zipfile

import flatbuffers
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro.python.tflite_micro import runtime as micro

RESOLVERS = [("ref", OpResolverType.BUILTIN_REF), ("default", OpResolverType.AUTO)]
WITHOUT_REFERENCE = ("ELU", "TILE")
CHAIN_STEPS, CHAIN_TOLERANCE = 24, 0.03
LOOP_TOLERANCE = 1e-4
MICRO_ARENA = 1 << 21


def arrays(stem, kind, count):
    """One array for each tensor of a kind; fails when there are fewer or more."""
    loaded = [np.load(f"{stem}.{kind}_{index}.npy") for index in range(count)]
    if pathlib.Path(f"{stem}.{kind}_{count}.npy").exists():
        raise ValueError(f"the model has {count} tensors for {kind}, there are more files")
    return loaded


def worst_difference(found, expected):
    """Largest |found − expected| / max(1, |expected|); infinite for a shape or NaN that differs."""
    found, expected = found.astype(np.float64).ravel(), expected.astype(np.float64).ravel()
    if found.size != expected.size or not np.array_equal(np.isnan(found), np.isnan(expected)):
        return np.inf
    if found.size == 0:
        return 0.0
    difference = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    difference[found == expected] = 0  # the same infinity
    return float(np.nanmax(np.nan_to_num(difference, nan=0.0, posinf=np.inf)))


class Worst:
    """Worst differences over all outputs, windows and both rounds; None for kinds a model lacks."""

    def __init__(self):
        self.floats = None
        self.steps = None
        # Steps that integers may be apart in any case: one around a part of floats.
        self.float_steps = 0

    def add(self, found, expected):
        """Compares what came out with what must come out."""
        if found.dtype.kind not in "iu":
            self.floats = max(self.floats or 0.0, worst_difference(found, expected))
            return
        if expected.dtype != found.dtype:
            raise ValueError(f"the model gives {found.dtype}, the file has {expected.dtype}")
        if found.size != expected.size:
            raise ValueError(f"the model gives {found.size} elements, the file has {expected.size}")
        found, expected = found.astype(np.int64).ravel(), expected.astype(np.int64).ravel()
        steps = int(np.max(np.abs(found - expected), initial=0))
        self.steps = max(self.steps or 0, steps)

    def agrees(self, tolerance, steps):
        """Whether everything is close enough."""
        return (self.floats or 0.0) <= tolerance and (self.steps or 0) <= steps

    def __str__(self):
        parts = []
        if self.steps is not None:
            parts.append("exact" if self.steps == 0 else f"{self.steps} steps")
        if self.floats is not None:
            parts.append(f"{self.floats:.1e}")
        return " ".join(parts)


def check_any(stem, resolver):
    """`check`, and what to print beside its result."""
    try:
        return check(stem, resolver), " "
    except ValueError as error:
        absent = any(f"builtin opcode '{name}' version" in str(error) for name in WITHOUT_REFERENCE)
        if resolver != OpResolverType.BUILTIN_REF or not absent:
            raise
    return check(stem, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES), "*"


def as_operand(values, detail):
    """One window in a tensor's shape and type; integers only as they are."""
    kind = np.dtype(detail["dtype"])
    if kind.kind in "iu" and values.dtype != kind:
        raise ValueError(f"'{detail['name']}' takes {kind}, the file has {values.dtype}")
    return values.reshape(detail["shape"]).astype(kind)


def has_float_part(interpreter):
    """Whether floats are computed between integers: a float of several elements that is no port."""
    ports = interpreter.get_input_details() + interpreter.get_output_details()
    if any(port["dtype"] == np.float32 for port in ports):
        return False
    return any(
        detail["dtype"] == np.float32 and np.prod(detail["shape"]) > 1
        for detail in interpreter.get_tensor_details())


def check(stem, resolver):
    """Worst differences of a model."""
    interpreter = Interpreter(
        model_path=f"{stem}.tflite", num_threads=1, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    given = arrays(stem, "input", len(inputs))
    expected = arrays(stem, "output", len(outputs))
    worst = Worst()
    worst.float_steps = int(has_float_part(interpreter))
    for _ in range(2):
        for window in range(len(given[0])):
            for detail, values in zip(inputs, given):
                interpreter.set_tensor(detail["index"], as_operand(values[window], detail))
            interpreter.invoke()
            for detail, values in zip(outputs, expected):
                worst.add(interpreter.get_tensor(detail["index"]), values[window])
    return worst


def check_micro(stem):
    """Worst difference of an int8 model in TensorFlow Lite Micro, every window once, no resets."""
    interpreter = micro.Interpreter.from_file(f"{stem}.tflite", arena_size=MICRO_ARENA)
    (given,), (expected,) = arrays(stem, "input", 1), arrays(stem, "output", 1)
    worst = Worst()
    for window in range(len(given)):
        shape = interpreter.get_input_details(0)["shape"]
        interpreter.set_input(given[window].reshape(shape), 0)
        interpreter.invoke()
        worst.add(interpreter.get_output(0), expected[window])
    return worst


class Metadata:
    """A table of a flatbuffer, fields by their numbers in TFLite's schemas."""

    def __init__(self, data, position):
        self.table = flatbuffers.table.Table(data, position)

    @classmethod
    def root(cls, data):
        return cls(data, flatbuffers.encode.Get(flatbuffers.packer.uoffset, data, 0))

    def _offset(self, field):
        return self.table.Offset(4 + 2 * field)

    def scalar(self, field, kind):
        offset = self._offset(field)
        return self.table.Get(kind, offset + self.table.Pos) if offset else 0

    def string(self, field):
        offset = self._offset(field)
        return self.table.String(offset + self.table.Pos).decode() if offset else ""

    def child(self, field):
        return Metadata(self.table.Bytes, self.table.Indirect(self._offset(field) + self.table.Pos))

    def tables(self, field):
        offset = self._offset(field)
        start = self.table.Vector(offset) if offset else 0
        count = self.table.VectorLen(offset) if offset else 0
        return [
            Metadata(self.table.Bytes, self.table.Indirect(start + 4 * index))
            for index in range(count)]

    def vector(self, field, kind):
        offset = self._offset(field)
        return self.table.GetVectorAsNumpy(kind, offset) if offset else np.array([])


def check_metadata(stem):
    """Whether labels and normalisation are where other tools look for them."""
    expected = json.loads(pathlib.Path(f"{stem}.metadata.json").read_text(encoding="utf-8"))
    data = bytearray(pathlib.Path(f"{stem}.tflite").read_bytes())
    model = Metadata.root(data)
    entry = next(e for e in model.tables(6) if e.string(0) == "TFLITE_METADATA")
    buffer = model.tables(4)[entry.scalar(1, flatbuffers.number_types.Uint32Flags)]
    text = buffer.vector(0, flatbuffers.number_types.Uint8Flags).tobytes()
    if text[4:8] != b"M001":
        raise ValueError("the metadata have another identifier than M001")
    subgraph = Metadata.root(bytearray(text)).tables(3)[0]
    unit = subgraph.tables(2)[0].tables(4)[0]
    if unit.scalar(0, flatbuffers.number_types.Uint8Flags) != 1:
        raise ValueError("the input's first process unit is no normalisation")
    scaler = unit.child(1)
    for field, name in enumerate(["mean", "std"]):
        found = scaler.vector(field, flatbuffers.number_types.Float32Flags)
        if not np.array_equal(found, np.array(expected[name], np.float32)):
            raise ValueError(f"the normalisation has {name} {found}, expected {expected[name]}")
    file = subgraph.tables(3)[0].tables(6)[0]
    if file.scalar(2, flatbuffers.number_types.Int8Flags) != 2:
        raise ValueError("the output's associated file holds no labels of an axis")
    with zipfile.ZipFile(f"{stem}.tflite") as archive:
        if archive.testzip() is not None:
            raise ValueError("the archive is damaged")
        labels = archive.read(file.string(0)).decode().splitlines()
    if labels != expected["labels"]:
        raise ValueError(f"the labels are {labels}, expected {expected['labels']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=1e-5)
    parser.add_argument("--steps", type=int, default=1)
    arguments = parser.parse_args()
    models = sorted(arguments.folder.glob("*.tflite"))
    if not models:
        print(f"error: no .tflite file in {arguments.folder}", file=sys.stderr)
        return 2
    failures = 0
    print(f"{'model':40} {'ref':>10}  {'default':>10}")
    for model in models:
        stem = str(model)[: -len(".tflite")]
        cells = []
        agrees = True
        for name, resolver in RESOLVERS:
            try:
                worst, mark = check_any(stem, resolver)
                cells.append(f"{str(worst):>10}{mark}")
                is_reference = name == "ref" and mark == " "
                steps = worst.float_steps if is_reference else arguments.steps
                tolerance = arguments.tolerance
                if model.name.startswith("random_loop_dynamic"):
                    tolerance = LOOP_TOLERANCE
                if model.name.startswith(("random_", "quantized_")) and not is_reference:
                    steps, tolerance = CHAIN_STEPS, CHAIN_TOLERANCE
                agrees &= worst.agrees(tolerance, steps)
            except (OSError, RuntimeError, ValueError) as error:
                cells.append(f"{'error':>10} ")
                print(f"error: {model.name}: {name}: {error}", file=sys.stderr)
                agrees = False
        if model.name.startswith("quantized_"):
            try:
                worst = check_micro(stem)
                cells.append(f"micro {worst}")
                agrees &= worst.agrees(0, CHAIN_STEPS)
            except (OSError, RuntimeError, ValueError) as error:
                cells.append("micro error")
                print(f"error: {model.name}: micro: {error}", file=sys.stderr)
                agrees = False
        if pathlib.Path(f"{stem}.metadata.json").exists():
            try:
                check_metadata(stem)
                cells.append("metadata")
            except (LookupError, StopIteration, ValueError, zipfile.BadZipFile) as error:
                cells.append("metadata error")
                print(f"error: {model.name}: metadata: {error}", file=sys.stderr)
                agrees = False
        failures += not agrees
        print(f"{model.name:40} {' '.join(cells)}{'' if agrees else ' MISMATCH'}".rstrip())
    print(f"{len(models) - failures} of {len(models)} agree within {arguments.tolerance:g}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
