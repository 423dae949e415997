// SPDX-License-Identifier: Apache-2.0

#include "CFlatBuffers.h"

#include <new>

// The library aborts on a broken promise; here that is a status like any other failure.
namespace cfb {
struct misuse {};
}  // namespace cfb
#define FLATBUFFERS_ASSERT(condition) ((condition) ? static_cast<void>(0) : throw cfb::misuse())
#include <flatbuffers/flatbuffer_builder.h>

namespace {

// What the format's signed 32-bit offsets reach, less room for a table or an alignment gap.
constexpr size_t maximum_size = FLATBUFFERS_MAX_BUFFER_SIZE - 0x10000;

// A table's fields lie within 64 KiB of its start.
constexpr uint16_t maximum_field = 0x1000;

bool is_width(size_t width) { return width == 1 || width == 2 || width == 4 || width == 8; }

}  // namespace

struct cfb_builder {
  flatbuffers::FlatBufferBuilder builder;
  cfb_status status = cfb_status_ok;
  bool in_table = false;
  bool finished = false;
  flatbuffers::uoffset_t table_start = 0;

  // Runs `body` unless something failed before, when `valid` holds and `size` more bytes fit.
  template <typename Body>
  cfb_offset attempt(bool valid, size_t size, Body body) noexcept {
    if (status != cfb_status_ok) { return 0; }
    if (!valid || finished) {
      status = cfb_status_misused;
      return 0;
    }
    if (size > maximum_size || builder.GetSize() > maximum_size - size) {
      status = cfb_status_too_large;
      return 0;
    }
    try {
      return body();
    } catch (const std::bad_alloc &) {
      status = cfb_status_out_of_memory;
    } catch (...) {
      status = cfb_status_misused;
    }
    return 0;
  }

  bool is_built(cfb_offset offset) const { return offset != 0 && offset <= builder.GetSize(); }
};

cfb_builder *cfb_create() {
  try {
    return new cfb_builder;
  } catch (...) {
    return nullptr;
  }
}

void cfb_destroy(cfb_builder *self) { delete self; }

cfb_status cfb_get_status(const cfb_builder *self) { return self->status; }

cfb_offset cfb_string(cfb_builder *self, const void *bytes, size_t count) {
  return self->attempt(!self->in_table && (bytes || !count), count, [&] {
    // The library takes no null pointer, not even for nothing.
    const char *text = count ? static_cast<const char *>(bytes) : "";
    return self->builder.CreateString(text, count).o;
  });
}

cfb_offset cfb_offsets(cfb_builder *self, const cfb_offset *offsets, size_t count) {
  bool valid = !self->in_table && (offsets || !count) && count <= maximum_size / sizeof(cfb_offset);
  for (size_t i = 0; valid && i < count; ++i) { valid = self->is_built(offsets[i]); }
  return self->attempt(valid, count * sizeof(cfb_offset), [&] {
    self->builder.StartVector(count, sizeof(cfb_offset));
    for (size_t i = count; i > 0; --i) {
      self->builder.PushElement(flatbuffers::Offset<void>(offsets[i - 1]));
    }
    return self->builder.EndVector(count);
  });
}

cfb_offset cfb_scalars(cfb_builder *self, const void *elements, size_t count, size_t width,
                       size_t alignment) {
  const bool aligned = alignment >= width && alignment <= 32 && (alignment & (alignment - 1)) == 0;
  const bool valid = !self->in_table && (elements || !count) && is_width(width) && aligned;
  // More than fits stays more than fits, without overflowing.
  const size_t size = count <= maximum_size ? count * width : count;
  return self->attempt(valid, size, [&] {
    self->builder.ForceVectorAlignment(count, width, alignment);
    self->builder.StartVector(count, width);
    if (count) { self->builder.PushBytes(static_cast<const uint8_t *>(elements), count * width); }
    return self->builder.EndVector(count);
  });
}

void cfb_start_table(cfb_builder *self) {
  self->attempt(!self->in_table, 0, [&]() -> cfb_offset {
    self->table_start = self->builder.StartTable();
    self->in_table = true;
    return 0;
  });
}

void cfb_add_scalar(cfb_builder *self, uint16_t field, uint64_t bits, size_t width) {
  const bool valid = self->in_table && field < maximum_field && is_width(width);
  self->attempt(valid, width, [&]() -> cfb_offset {
    const auto slot = flatbuffers::FieldIndexToOffset(field);
    switch (width) {
      case 1: self->builder.AddElement(slot, static_cast<uint8_t>(bits)); break;
      case 2: self->builder.AddElement(slot, static_cast<uint16_t>(bits)); break;
      case 4: self->builder.AddElement(slot, static_cast<uint32_t>(bits)); break;
      default: self->builder.AddElement(slot, bits); break;
    }
    return 0;
  });
}

void cfb_add_offset(cfb_builder *self, uint16_t field, cfb_offset target) {
  if (target == 0) { return; }
  const bool valid = self->in_table && field < maximum_field && self->is_built(target);
  self->attempt(valid, sizeof(cfb_offset), [&]() -> cfb_offset {
    const auto slot = flatbuffers::FieldIndexToOffset(field);
    self->builder.AddElement(slot, self->builder.ReferTo(target));
    return 0;
  });
}

cfb_offset cfb_end_table(cfb_builder *self) {
  return self->attempt(self->in_table, 0, [&] {
    self->in_table = false;
    return self->builder.EndTable(self->table_start);
  });
}

void cfb_finish(cfb_builder *self, cfb_offset root, const void *identifier) {
  self->attempt(!self->in_table && self->is_built(root), 0, [&]() -> cfb_offset {
    const char *bytes = static_cast<const char *>(identifier);
    const char name[] = {bytes[0], bytes[1], bytes[2], bytes[3], 0};
    self->builder.Finish(flatbuffers::Offset<void>(root), name);
    self->finished = true;
    return 0;
  });
}

const void *cfb_bytes(const cfb_builder *self) {
  const bool readable = self->finished && self->status == cfb_status_ok;
  return readable ? self->builder.GetBufferPointer() : nullptr;
}

size_t cfb_byte_count(const cfb_builder *self) {
  const bool readable = self->finished && self->status == cfb_status_ok;
  return readable ? self->builder.GetSize() : 0;
}
