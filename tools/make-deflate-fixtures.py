#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes fixtures/deflate/samples.zip: texts and bytes as zlib packs them.

Each sample is there twice: NAME, deflated, and NAME.plain, stored. Together they have every kind of
block: stored, with fixed codes, with codes of their own; long matches, far ones and none.
"""
import random
import struct
import sys
import zlib

sys.dont_write_bytecode = True  # the checkout stays clean

from common import ROOT, Arguments  # noqa: E402

Arguments(__doc__).parse_args()
FOLDER = ROOT / "fixtures" / "deflate"


def samples():
    """Name, level, strategy and bytes of each."""
    chance = random.Random(20261120)
    labels = "".join(f"gesture {index} of {index * 7919 % 197}\n" for index in range(150)).encode()
    noise = bytes(chance.randrange(256) for _ in range(600))
    yield "empty", 9, zlib.Z_DEFAULT_STRATEGY, b""
    yield "one", 9, zlib.Z_DEFAULT_STRATEGY, b"a"
    yield "stored", 0, zlib.Z_DEFAULT_STRATEGY, labels[:1200]
    yield "fixed", 9, zlib.Z_FIXED, labels
    yield "dynamic", 9, zlib.Z_DEFAULT_STRATEGY, labels
    yield "fast", 1, zlib.Z_DEFAULT_STRATEGY, labels
    yield "huffman", 9, zlib.Z_HUFFMAN_ONLY, labels[:1500]
    yield "runs", 9, zlib.Z_RLE, b"".join(bytes([index]) * (index + 1) for index in range(60))
    yield "noise", 9, zlib.Z_DEFAULT_STRATEGY, noise
    yield "far", 9, zlib.Z_DEFAULT_STRATEGY, noise[:400] + labels + noise[:400]
    yield "ratio", 9, zlib.Z_DEFAULT_STRATEGY, bytes(60000)


def packed(level, strategy, data):
    """A raw stream."""
    stream = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return stream.compress(data) + stream.flush()


def main():
    members, directory = b"", b""
    count = 0
    for name, level, strategy, data in samples():
        for path, method, content in (
            (name, 8, packed(level, strategy, data)), (name + ".plain", 0, data)):
            if method == 0 and name == "ratio":
                continue
            head = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 33, zlib.crc32(data),
                               len(content), len(data), len(path), 0)
            directory += b"PK\1\2" + b"\24\0" + head + bytes(10) + struct.pack("<I", len(members))
            directory += path.encode()
            members += b"PK\3\4" + head + path.encode() + content
            count += 1
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(members), 0)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "samples.zip").write_bytes(members + directory + b"PK\5\6" + end)


main()
