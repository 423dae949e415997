// SPDX-License-Identifier: Apache-2.0
#include "CAllocationCounter.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer) || __has_feature(realtime_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
#include <errno.h>
#include <stddef.h>

static _Thread_local int64_t counter;

bool allocation_counter_is_available(void) { return true; }
int64_t allocation_counter_value(void) { return counter; }

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *old);

void *malloc(size_t size) {
  counter++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  counter++;
  return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  counter++;
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  counter++;
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  counter++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  counter++;
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) {
    return EINVAL;
  }
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

void free(void *old) {
  if (old) counter++;
  __libc_free(old);
}

#else

bool allocation_counter_is_available(void) { return false; }
int64_t allocation_counter_value(void) { return 0; }

#endif
