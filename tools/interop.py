#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs models in LiteRT and compares what comes out with what must come out.

usage: interop.py [--tolerance T] folder

The folder holds, for each model, NAME.tflite, NAME.input_0.npy, … in the order of the model's
inputs, and NAME.output_0.npy, … in the order of its outputs. The first axis of each array counts
windows; the rest is the tensor's shape, with or without a leading 1.

Each model runs with LiteRT's reference kernels and with its default ones (XNNPACK), every window
one after the other, twice over, without any reset of variables: state that leaks from window to
window is a mismatch. A value agrees when |found − expected| ≤ T · max(1, |expected|). Prints one
line for each model; exits with 1 when any disagrees and with 2 when there is nothing to check.

LiteRT has no reference kernel for a few operators, ELU among them. Such a model runs with the
optimised built-in kernels, without XNNPACK, in place of the reference ones; marked with *.
"""
import argparse
import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

RESOLVERS = [("ref", OpResolverType.BUILTIN_REF), ("default", OpResolverType.AUTO)]
WITHOUT_REFERENCE = ("ELU",)


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


def check_any(stem, resolver):
    """`check`, and what to print beside its result."""
    try:
        return check(stem, resolver), " "
    except ValueError as error:
        absent = any(f"builtin opcode '{name}' version" in str(error) for name in WITHOUT_REFERENCE)
        if resolver != OpResolverType.BUILTIN_REF or not absent:
            raise
    return check(stem, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES), "*"


def check(stem, resolver):
    """Worst difference of a model over all outputs, windows and both rounds."""
    interpreter = Interpreter(
        model_path=f"{stem}.tflite", num_threads=1, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    given = arrays(stem, "input", len(inputs))
    expected = arrays(stem, "output", len(outputs))
    worst = 0.0
    for _ in range(2):
        for window in range(len(given[0])):
            for detail, values in zip(inputs, given):
                interpreter.set_tensor(
                    detail["index"], values[window].reshape(detail["shape"]).astype(detail["dtype"]))
            interpreter.invoke()
            for detail, values in zip(outputs, expected):
                found = interpreter.get_tensor(detail["index"])
                worst = max(worst, worst_difference(found, values[window]))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=1e-5)
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
                cells.append(f"{worst:10.1e}{mark}")
                agrees &= worst <= arguments.tolerance
            except (OSError, RuntimeError, ValueError) as error:
                cells.append(f"{'error':>10} ")
                print(f"error: {model.name}: {name}: {error}", file=sys.stderr)
                agrees = False
        failures += not agrees
        print(f"{model.name:40} {' '.join(cells)}{'' if agrees else ' MISMATCH'}".rstrip())
    print(f"{len(models) - failures} of {len(models)} agree within {arguments.tolerance:g}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
