#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes fixtures/storage: small model files, good and hostile, for the tests of the reader.

Needs h5py (3.16 was used) and numpy. Every array is 0.5 * index - 1 unless said otherwise; running
it again gives the same bytes, but for the time in virtual.h5.
"""
import io
import os
import struct
import sys
import warnings
import zipfile
import zlib

sys.dont_write_bytecode = True  # the checkout stays clean

from common import ROOT, Arguments  # noqa: E402

parser = Arguments(__doc__)
parser.add_argument(
    "folder", nargs="?", default=ROOT / "fixtures" / "storage",
    help="where to, instead of fixtures/storage")
OUT = parser.parse_args().folder

import h5py  # noqa: E402
import numpy as np  # noqa: E402

os.makedirs(OUT, exist_ok=True)
CONFIG = '{"class_name": "Sequential", "config": {"name": "m", "layers": []}}'


def ramp(*shape, dtype="<f4"):
    count = int(np.prod(shape))
    return (0.5 * np.arange(count) - 1).reshape(shape).astype(dtype)


def path(name):
    return os.path.join(OUT, name)


def create(name, **options):
    return h5py.File(path(name), "w", **options)


def legacy(file):
    """The attributes and groups of a whole model with one dense layer; returns that group."""
    file.attrs["model_config"] = CONFIG
    file.attrs["keras_version"] = "2.15.0"
    file.attrs["backend"] = "tensorflow"
    weights = file.create_group("model_weights")
    weights.attrs["layer_names"] = [b"dense", b"dropout"]
    weights.create_group("dropout").attrs["weight_names"] = np.zeros(0)
    dense = weights.create_group("dense")
    dense.attrs["weight_names"] = ["dense/kernel:0", "dense/bias:0"]
    return dense


def fill(dense, **options):
    dense.create_dataset("dense/kernel:0", data=ramp(3, 4), **options)
    dense.create_dataset("dense/bias:0", data=ramp(4), **options)


def v3(file):
    variables = file.create_group("layers/dense/vars")
    variables.attrs["name"] = "my_dense"
    variables.create_dataset("0", data=ramp(3, 4))
    variables.create_dataset("1", data=ramp(4))
    file.create_group("vars")
    file.create_dataset("optimizer/vars/0", data=np.int64(7))


def v3_bytes(write=v3):
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        write(file)
    return memory.getvalue()


def archive(name, members, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path(name), "w") as out:
        for member, data in members:
            info = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))
            info.compress_type = method
            out.writestr(info, data)


def patch(name, edit):
    with open(path(name), "rb") as file:
        data = bytearray(file.read())
    edit(data)
    with open(path(name), "wb") as file:
        file.write(data)


# --- good files -----------------------------------------------------------------------------

with create("legacy_model.h5") as file:
    fill(legacy(file))
    file["optimizer_weights/iteration:0"] = np.int64(3)

with create("legacy_weights.h5") as file:
    file.attrs["layer_names"] = np.array([b"dense"])  # fixed length, padded with zeros
    dense = file.create_group("dense")
    dense.attrs["weight_names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
    fill(dense)

with create("v3.weights.h5") as file:
    v3(file)

with create("chunked_attributes.h5") as file:
    file.attrs["backend"] = "jax"
    for piece in range(3):
        names = [f"layer_{4 * piece + index}" for index in range(4)]
        file.attrs[f"layer_names{piece}"] = np.array([name.encode() for name in names])
        for name in names:
            file.create_group(name).attrs["weight_names"] = np.zeros(0)

with create("filters.h5") as file:
    fill(legacy(file), chunks=True, compression="gzip", shuffle=True, fletcher32=True)

with create("newer_format.h5", libver=("v110", "v110")) as file:
    dense = legacy(file)
    fill(dense)
    for index in range(12):  # enough to store links and attributes in heaps
        dense.attrs[f"note_{index}"] = f"text {index}"
        dense.create_group(f"group_{index}")

with create("user_block.h5", userblock_size=512) as file:
    fill(legacy(file))

with create("spaces.h5") as file:
    fill(legacy(file))
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(8)
    kind.set_strpad(h5py.h5t.STR_SPACEPAD)
    space = h5py.h5s.create_simple((2,))
    attribute = h5py.h5a.create(file["model_weights/dropout"].id, b"padded", kind, space)
    attribute.write(np.array([b"ab      ", b"c       "], dtype="S8"))

with create("element_types.h5") as file:
    group = legacy(file)
    halves = np.array([0, 1, 0x8001, 0x03FF, 0x0400, 0x3C00, 0x7BFF, 0x7C00, 0xFC00, 0x7E00])
    halves = halves.astype("<u2").view("<f2")
    group.create_dataset("float16", data=halves)
    group.create_dataset("float16_big", data=halves.astype(">f2"))
    doubles = np.array([0.1, -1e300, 1e-300, np.inf, np.nan, 16777217.0])
    group.create_dataset("float64", data=doubles)
    group.create_dataset("float32_big", data=ramp(5, dtype=">f4"))
    brain = np.array([0x3F80, 0xC000, 0x0001, 0x7F80], dtype="<u2").view("V2")
    group.create_dataset("bfloat16", data=brain).attrs["dtype"] = "bfloat16"
    group.create_dataset("opaque", data=brain)
    for kind in ["i1", "<i2", ">i2", "<i4", "<i8", "u1", "<u2", "<u4", ">u8"]:
        limits = np.iinfo(np.dtype(kind))
        values = np.array([limits.min, 0, 1, limits.max], dtype=kind)
        name = np.dtype(kind).name + ("_big" if kind[0] == ">" else "")
        group.create_dataset(name, data=values)
    group.create_dataset("scalar", data=np.int64(42))
    group.create_dataset("empty", shape=(0, 5), dtype="<f4")
    group.create_dataset("null", data=h5py.Empty("<f4"))
    group.create_dataset("bool", data=np.array([True, False]))
    group.create_dataset("text", data="hello")
    group.create_dataset("pairs", data=np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_layout(h5py.h5d.COMPACT)
    plan.set_obj_track_times(False)
    space = h5py.h5s.create_simple((6,))
    compact = h5py.h5d.create(group.id, b"compact", h5py.h5t.IEEE_F32LE, space, plan)
    compact.write(h5py.h5s.ALL, h5py.h5s.ALL, ramp(6))

METADATA = ("metadata.json", '{"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}')
WHOLE = [METADATA, ("config.json", CONFIG), ("model.weights.h5", v3_bytes())]
archive("stored.keras", WHOLE)
archive("deflated.keras", [("assets/", ""), ("assets/vocabulary.txt", "a\nb\n")] + WHOLE,
        zipfile.ZIP_DEFLATED)


def shard(index):
    def write(file):
        for layer in range(2):
            variables = file.create_group(f"layers/dense_{layer}/vars")
            variables.attrs["name"] = f"d{layer}"
            if layer == index:
                variables.create_dataset("0", data=ramp(2, 2) + layer)
    return v3_bytes(write)


SHARD_INDEX = ("model.weights.json", '{"metadata": {"total_size": 32}, "weight_map": {'
               '"/layers/dense_0/vars": ["model_00000.weights.h5"], '
               '"/layers/dense_1/vars": ["model_00001.weights.h5"]}}')
archive("sharded.keras", [METADATA, ("config.json", CONFIG), SHARD_INDEX,
                          ("model_00000.weights.h5", shard(0)),
                          ("model_00001.weights.h5", shard(1))])

# --- files that are refused -----------------------------------------------------------------

with create("external_storage.h5") as file:
    legacy(file).create_dataset("kernel:0", shape=(16,), dtype="<f4",
                                external=[("/etc/passwd", 0, 64)])

with create("virtual.h5") as file:
    layout = h5py.VirtualLayout(shape=(4,), dtype="<f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(4,))
    legacy(file).create_virtual_dataset("kernel:0", layout)

with create("soft_link.h5") as file:
    dense = legacy(file)
    fill(dense)
    dense["alias"] = h5py.SoftLink("/model_weights/dense/dense/bias:0")

with create("external_link.h5") as file:
    legacy(file)["kernel:0"] = h5py.ExternalLink("legacy_model.h5", "/model_weights")

with create("cycle.h5") as file:
    dense = legacy(file)
    dense["again"] = file["model_weights"]

with create("named_type.h5") as file:
    legacy(file)["kind"] = np.dtype("<f4")

with create("deep.h5") as file:
    legacy(file).create_group("/".join(["g"] * 70))

with create("many_axes.h5") as file:
    legacy(file).create_dataset("kernel:0", data=np.zeros([1] * 12, "<f4"))

with create("shape_bomb.h5") as file:
    legacy(file).create_dataset("kernel:0", shape=(1 << 40, 1 << 10), dtype="<f4")

with create("unwritten.h5") as file:
    legacy(file).create_dataset("kernel:0", shape=(1 << 20,), dtype="<f4")

with create("missing_chunks.h5") as file:
    data = legacy(file).create_dataset("kernel:0", shape=(4096,), dtype="<f4", chunks=(16,),
                                       compression="gzip")
    data[:16] = ramp(16)

with create("deflate_bomb.h5") as file:
    data = legacy(file).create_dataset("kernel:0", shape=(17 << 20,), dtype="<f4",
                                       chunks=(17 << 18,), compression="gzip",
                                       compression_opts=9)
    data[:] = np.zeros(17 << 20, "<f4")

with create("chunk_bomb.h5") as file:
    data = legacy(file).create_dataset("kernel:0", shape=(16,), maxshape=(None,), dtype="<f4",
                                       chunks=(1 << 29,), compression="gzip")
    data.id.write_direct_chunk((0,), zlib.compress(bytes(64)))

# One long string that 4,000 elements of a list refer to.
LENGTH, COUNT = 150_000, 4_000
with create("string_bomb.h5") as file:
    legacy(file).attrs.create("note", ["x" * LENGTH] + ["y"] * (COUNT - 1),
                              dtype=h5py.string_dtype())


def repeat_reference(data):
    where = data.find(struct.pack("<I", LENGTH))
    while data[where + 16:where + 20] != struct.pack("<I", 1):
        where = data.find(struct.pack("<I", LENGTH), where + 4)
        assert where > 0
    data[where:where + 16 * COUNT] = data[where:where + 16] * COUNT


patch("string_bomb.h5", repeat_reference)

with create("lzf.h5") as file:
    fill(legacy(file), chunks=True, compression="lzf")

with create("scale_offset.h5") as file:
    legacy(file).create_dataset("kernel:0", data=np.arange(64), chunks=(16,), scaleoffset=4)

with create("not_keras.h5") as file:
    file["measurements/x"] = ramp(8)

with create("not_utf8.h5") as file:
    legacy(file).attrs.create("weight_names", np.array([b"dense/\xff\xfe"]))

with create("beyond_the_end.h5") as file:
    dense = legacy(file)
    fill(dense)
    address = dense["dense/kernel:0"].id.get_offset()
end = os.path.getsize(path("beyond_the_end.h5"))


def move_data(data):
    pattern = struct.pack("<Q", address)
    where = data.find(pattern)
    assert where > 0 and data.find(pattern, where + 1) < 0
    data[where:where + 8] = struct.pack("<Q", end - 8)


patch("beyond_the_end.h5", move_data)

# zipfile warns of what is done here on purpose.
warnings.simplefilter("ignore")
archive("duplicate_member.keras", WHOLE + [("config.json", CONFIG + " ")])
archive("no_config.keras", [WHOLE[0], WHOLE[2]])
archive("no_weights.keras", WHOLE[:2])
archive("both_weights.keras", WHOLE + [SHARD_INDEX])
archive("duplicate_shards.keras", [METADATA, ("config.json", CONFIG), SHARD_INDEX,
                                   ("model_00000.weights.h5", shard(0)),
                                   ("model_00001.weights.h5", shard(0))])
archive("bzip2.keras", WHOLE, zipfile.ZIP_BZIP2)
archive("zip_bomb.keras", WHOLE[:2] + [("model.weights.h5", bytes(65 << 20))],
        zipfile.ZIP_DEFLATED)
archive("bad_config_text.keras", [METADATA, ("config.json", b'{"name": "\xff"}'), WHOLE[2]])

archive("bad_checksum.keras", WHOLE)
patch("bad_checksum.keras", lambda data: data.__setitem__(data.find(b'"config"') + 1, ord("X")))

archive("encrypted.keras", WHOLE)


def encrypt(data):
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        where = data.find(signature)
        while where >= 0:
            data[where + flags] |= 1
            where = data.find(signature, where + 4)


patch("encrypted.keras", encrypt)

archive("lying_size.keras", WHOLE)


def shrink(data):
    where = data.find(b"PK\x01\x02")  # the directory says 4 bytes less than are stored
    size = struct.unpack_from("<I", data, where + 24)[0]
    struct.pack_into("<I", data, where + 24, size - 4)


patch("lying_size.keras", shrink)
