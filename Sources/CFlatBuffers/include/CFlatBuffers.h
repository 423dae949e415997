// SPDX-License-Identifier: Apache-2.0

// Builds FlatBuffers without knowing a schema: who calls says which fields a table has.
//
// A plain C face over libflatbuffers' C++ builder, because Swift cannot import the builder's
// templates. The builder works from the leaves to the root: whatever a table refers to is made
// before the table is started. No C++ exception leaves these functions. The first failure sticks:
// later calls do nothing and return 0, so that a writer checks once, at the end.
#ifndef CFLATBUFFERS_H
#define CFLATBUFFERS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct cfb_builder cfb_builder;

/// Where something already built lies; 0 for "nothing".
typedef uint32_t cfb_offset;

typedef enum __attribute__((enum_extensibility(closed))) cfb_status : int32_t {
  cfb_status_ok = 0,
  cfb_status_out_of_memory = 1,
  /// Offsets of the format are 31 bits wide.
  cfb_status_too_large = 2,
  /// A table inside a table, an unknown offset, a second root, …
  cfb_status_misused = 3,
} cfb_status;

/// NULL when there is no memory.
cfb_builder *_Nullable cfb_create(void);
void cfb_destroy(cfb_builder *builder);

/// The first failure so far.
cfb_status cfb_get_status(const cfb_builder *builder);

/// UTF-8 bytes; need not end in NUL.
cfb_offset cfb_string(cfb_builder *builder, const void *_Nullable bytes, size_t count);

/// A vector of references to strings or tables.
cfb_offset cfb_offsets(cfb_builder *builder, const cfb_offset *_Nullable offsets, size_t count);

/// A vector of little-endian scalars of `width` bytes (1, 2, 4 or 8), the first of which lies at a
/// multiple of `alignment` (a power of two from `width` to 32) in the finished buffer.
cfb_offset cfb_scalars(cfb_builder *builder, const void *_Nullable elements, size_t count,
                       size_t width, size_t alignment);

void cfb_start_table(cfb_builder *builder);

/// A field of the table started last: the low `width` bytes (1, 2, 4 or 8) of `bits`. Written even
/// when it equals the schema's default, which is not known here.
void cfb_add_scalar(cfb_builder *builder, uint16_t field, uint64_t bits, size_t width);

/// A field that refers to something built before; nothing is written for 0.
void cfb_add_offset(cfb_builder *builder, uint16_t field, cfb_offset target);

cfb_offset cfb_end_table(cfb_builder *builder);

/// Completes the buffer; `identifier` is four bytes.
void cfb_finish(cfb_builder *builder, cfb_offset root, const void *identifier);

/// The finished buffer, valid until the builder is destroyed; NULL before `cfb_finish` or after a
/// failure.
const void *_Nullable cfb_bytes(const cfb_builder *builder);
size_t cfb_byte_count(const cfb_builder *builder);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
