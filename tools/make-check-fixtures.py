#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes fixtures/check: models that respond, models that do not, and windows to tell them by.

Two classifiers of 197 synthetic gestures are trained: cnn_lstm.h5 on windows of 50 steps and 6
channels, mlp.h5 (512-256-128 with batch normalizations) on vectors of 64 features. Weights are
rounded to 7 bits behind the leading one and stored compressed, so that the files stay small.

Broken on purpose, each in one place (the layer at fault behind it):

  constant.h5     the kernel of the last layer is zero                   (gesture)
  majority.h5     one class has 20 more in its bias                      (gesture)
  dead-relu.h5    no unit of a layer is ever above zero                  (features)
  nan.h5          one weight is not a number                             (conv)
  gates.tflite    int8; input and candidate gates of the LSTM swapped    (lstm)
  scale.tflite    int8; an activation's scale is 16 times too small  (conv)
  leak.tflite     the LSTM keeps its state from window to window         (lstm)
  wrong-std.npy   variances where a scaler has standard deviations       (the input)

gesture.npy holds windows in the sensor's unit with the classes in gesture-classes.npy, mean.npy
and std.npy the right scaler; features.npy and features-classes.npy belong to mlp.h5. Needs
tensorflow 2.21, h5py, ai-edge-litert and a build of mainspring.
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
arguments = parser.parse_args()

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from tensorflow.lite.python import schema_py_generated as schema  # noqa: E402
import flatbuffers  # noqa: E402

FOLDER = ROOT / "fixtures" / "check"
CLASSES, TIME, CHANNELS, FEATURES = 197, 50, 6, 64


def gestures(random, templates, per_class):
    """Windows of every class: its template at another strength and phase, and noise."""
    windows, classes = [], []
    for label, (phase, speed, level) in enumerate(templates):
        for _ in range(per_class):
            time = (np.arange(TIME) + random.uniform(-2, 2))[:, None]
            wave = level * np.sin(speed * time * 2 * np.pi / TIME + phase)
            windows.append(wave * random.uniform(0.85, 1.15) + random.normal(0, 0.15, wave.shape))
            classes.append(label)
    return np.array(windows, np.float32), np.array(classes)


def rounded(weights):
    """Floats with 7 bits behind the leading one, which a compressor makes half as large."""
    bits = np.ascontiguousarray(weights, np.float32).view(np.uint32)
    return ((bits + np.uint32(0x8000)) & np.uint32(0xFFFF0000)).view(np.float32)


def save(model, name):
    """An .h5 file whose large weights are compressed."""
    for layer in model.layers:
        layer.set_weights([rounded(w) for w in layer.get_weights()])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "plain.h5"
        model.save(path, include_optimizer=False)
        with h5py.File(path) as source, h5py.File(FOLDER / name, "w") as target:
            def copy(path, item):
                if isinstance(item, h5py.Dataset):
                    large = item.size > 256
                    made = target.create_dataset(
                        path, data=item[()], compression="gzip" if large else None,
                        compression_opts=9 if large else None, shuffle=large)
                else:
                    made = target.require_group(path)
                for key, value in item.attrs.items():
                    made.attrs[key] = value
            for key, value in source.attrs.items():
                target.attrs[key] = value
            source.visititems(copy)


def trained(model, inputs, classes, epochs, rate):
    # Smoothed labels keep scores small, as in models that were stopped in time.
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.02), loss, metrics=["accuracy"])
    targets = keras.utils.to_categorical(classes, CLASSES)
    history = model.fit(inputs, targets, batch_size=128, epochs=epochs, verbose=0)
    print(f"{model.name}: accuracy {history.history['accuracy'][-1]:.3f}")
    return model


def recurrent(stateful=False):
    layers = keras.layers
    shape = {"batch_shape": (1, TIME, CHANNELS)} if stateful else {"shape": (TIME, CHANNELS)}
    return keras.Sequential([
        layers.Input(**shape), layers.Conv1D(24, 5, activation="relu", name="conv"),
        layers.MaxPooling1D(2, name="pool"), layers.LSTM(32, stateful=stateful, name="lstm"),
        layers.Dense(32, activation="relu", name="features"),
        layers.Dense(CLASSES, activation="softmax", name="gesture")], name="cnn_lstm")


def dense():
    layers = keras.layers
    model = [layers.Input((FEATURES,))]
    for index, units in enumerate((512, 256, 128)):
        model += [layers.Dense(units, activation="relu", name=f"dense_{index + 1}"),
                  layers.BatchNormalization(name=f"norm_{index + 1}")]
    model.append(layers.Dense(CLASSES, activation="softmax", name="gesture"))
    return keras.Sequential(model, name="mlp")


def broken(healthy, name, layer, change):
    model = keras.models.clone_model(healthy)
    model.set_weights(healthy.get_weights())
    weights = [w.copy() for w in model.get_layer(layer).get_weights()]
    change(weights)
    model.get_layer(layer).set_weights(weights)
    save(model, name)


def zero(weights): weights[0][:] = 0


def bias(weights): weights[1][7] += 20


def dead(weights): weights[1][:] = -1000


def not_a_number(weights): weights[0][2, 3, 4] = np.nan


def convert(source, target, *options):
    subprocess.run([arguments.mainspring, "convert", source, "-o", target, *options], check=True)


def edited(source, target, change):
    """A copy of a TFLite file with something else in its tables."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(source.read_bytes(), 0))
    change(model)
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(model.Pack(builder), b"TFL3")
    target.write_bytes(bytes(builder.Output()))


def operator(model, code):
    for op in model.subgraphs[0].operators:
        if model.operatorCodes[op.opcodeIndex].builtinCode == code:
            return op
    raise LookupError(code)


def swap_gates(model):
    """Input gate for candidate: what a converter does that mistakes the order of the gates."""
    op = operator(model, schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM)
    tensors = model.subgraphs[0].tensors
    for first, second in ((1, 3), (5, 7), (12, 14)):
        a, b = tensors[op.inputs[first]], tensors[op.inputs[second]]
        a.buffer, b.buffer = b.buffer, a.buffer
        a.quantization, b.quantization = b.quantization, a.quantization


def wrong_scale(model):
    """Activations, pooled ones too, have a 16th of the scale they need: nearly all saturate."""
    op = operator(model, schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM)
    tensor = op.inputs[0]
    scale = None
    while True:
        record = model.subgraphs[0].tensors[tensor].quantization
        scale = record.scale if scale is None else scale
        producers = [o for o in model.subgraphs[0].operators if tensor in list(o.outputs)]
        record.scale = np.float32(scale) / np.float32(16)
        code = model.operatorCodes[producers[0].opcodeIndex].builtinCode
        if code == schema.BuiltinOperator.CONV_2D:
            return
        tensor = producers[0].inputs[0]


def main():
    FOLDER.mkdir(exist_ok=True)
    keras.utils.set_random_seed(20261120)
    random = np.random.default_rng(20261120)
    templates = [(random.uniform(0, 2 * np.pi, CHANNELS), random.integers(1, 5, CHANNELS),
                  random.uniform(0.2, 1.5, CHANNELS)) for _ in range(CLASSES)]
    windows, classes = gestures(random, templates, 16)
    mean, std = random.normal(0, 3, CHANNELS), random.uniform(4, 14, CHANNELS)
    np.save(FOLDER / "mean.npy", mean.astype(np.float32))
    np.save(FOLDER / "std.npy", std.astype(np.float32))
    np.save(FOLDER / "wrong-std.npy", (std * std).astype(np.float32))
    test, test_classes = gestures(random, templates, 1)
    order = random.permutation(CLASSES)[:128]
    raw = (test[order] * std + mean).astype(np.float16)
    np.save(FOLDER / "gesture.npy", raw)
    np.save(FOLDER / "gesture-classes.npy", test_classes[order].astype(np.uint8))
    scaled = ((raw.astype(np.float32) - mean) / std).astype(np.float32)

    model = trained(recurrent(), windows, classes, 60, 3e-3)
    save(model, "cnn_lstm.h5")
    broken(model, "constant.h5", "gesture", zero)
    broken(model, "majority.h5", "gesture", bias)
    broken(model, "dead-relu.h5", "features", dead)
    broken(model, "nan.h5", "conv", not_a_number)

    centres = random.normal(0, 1, (CLASSES, FEATURES))
    labels = np.repeat(np.arange(CLASSES), 24)
    points = (centres[labels] + random.normal(0, 0.6, (len(labels), FEATURES))).astype(np.float32)
    save(trained(dense(), points, labels, 12, 1e-3), "mlp.h5")
    labels = random.permutation(CLASSES)[:128]
    points = centres[labels] + random.normal(0, 0.6, (len(labels), FEATURES))
    np.save(FOLDER / "features.npy", points.astype(np.float16))
    np.save(FOLDER / "features-classes.npy", labels.astype(np.uint8))

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        np.save(folder / "scaled.npy", scaled)
        convert(FOLDER / "cnn_lstm.h5", folder / "int8.tflite", "--precision", "int8",
                "--calibrate", folder / "scaled.npy")
        edited(folder / "int8.tflite", FOLDER / "gates.tflite", swap_gates)
        edited(folder / "int8.tflite", FOLDER / "scale.tflite", wrong_scale)
        stateful = recurrent(stateful=True)
        stateful.set_weights(model.get_weights())
        stateful.save(folder / "stateful.h5", include_optimizer=False)
        convert(folder / "stateful.h5", FOLDER / "leak.tflite", "--precision", "f16")


main()
