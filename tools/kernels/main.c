// SPDX-License-Identifier: Apache-2.0
//
// Runs every kernel on generated operands; see tools/aarch64.
//
//   kernels write FILE     results of the scalar kernels of this machine
//   kernels compare FILE   results of all instruction sets of this machine against those
//   kernels count SET      results of one instruction set, thrown away; names in order
//
// Integers must be equal; floats may differ by rounding, not-a-number stays where it is.
#define _POSIX_C_SOURCE 200112L
#include "kernels.h"

static FILE *file;
static bool is_writing, is_counting;
msk_isa isa;
static long check_count, failure_count;

_Alignas(64) unsigned char result[most + guard];
_Alignas(64) float scratch[4096];
_Alignas(64) float fa[8192], fb[8192], fc[8192], packed[1 << 15];
int8_t sa[8192], sb[8192];
int16_t ha[8192];
uint16_t halves[8192];
int32_t ints[1024];

void die(const char *what) {
  fprintf(stderr, "error: %s\n", what);
  exit(1);
}

static uint64_t state;

static uint64_t next(void) {  // SplitMix64
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

enum { most_blocks = 16 };
static void *blocks[most_blocks];
static int block_count;

void *exact(ptrdiff_t bytes, int value) {
  void *block;
  if (block_count == most_blocks) die("a case has too many blocks");
  if (posix_memalign(&block, 64, (size_t)bytes) != 0) die("there is no memory");
  blocks[block_count++] = block;
  return memset(block, value, (size_t)bytes);
}

void start(uint64_t seed) {
  state = seed;
  for (int i = 0; i < 8192; i++) {
    fa[i] = (float)(next() >> 40) * 0x1p-23f - 1;
    fb[i] = (float)(next() >> 40) * 0x1p-23f - 1;
    fc[i] = (float)(next() >> 40) * 0x1p-23f - 1;
    // Halves from 2^-14 to 2, of either sign.
    halves[i] = (uint16_t)((next() & 0x83ff) | (1 + next() % 15) << 10);
    sa[i] = (int8_t)next();
    sb[i] = (int8_t)next();
    ha[i] = (int16_t)next();
  }
  for (int i = 0; i < 1024; i++) ints[i] = (int32_t)(next() % 20000) - 10000;
  memset(result, filler, sizeof result);
  memset(scratch, filler, sizeof scratch);
}

void end(const char *name, int number, char kind, ptrdiff_t count) {
  while (block_count > 0) free(blocks[--block_count]);
  if (is_counting) {
    puts(name);
    return;
  }
  const size_t size = kind == 'f' || kind == '4' ? 4 : kind == '2' ? 2 : 1;
  const size_t bytes = size * (size_t)count;
  char label[64] = {0};
  snprintf(label, sizeof label, "%s %d %c %td", name, number, kind, count);
  if (bytes > most) die("a result is too large");
  for (size_t i = bytes; i < bytes + guard; i++) {
    if (result[i] == filler) continue;
    printf("isa %d, %s: wrote past its result\n", isa, label);
    failure_count++;
    break;
  }
  if (is_writing) {
    fwrite(label, sizeof label, 1, file);
    fwrite(result, bytes, 1, file);
    return;
  }
  static unsigned char expected[most];
  char found[64];
  if (fread(found, sizeof found, 1, file) != 1 || memcmp(found, label, sizeof label) != 0 ||
      (bytes && fread(expected, bytes, 1, file) != 1)) {
    die("the file is of other kernels");
  }
  check_count++;
  for (ptrdiff_t i = 0; i < count; i++) {
    bool is_same = memcmp(result + size * (size_t)i, expected + size * (size_t)i, size) == 0;
    if (!is_same && kind == 'f') {
      float a, b;
      memcpy(&a, result + 4 * i, 4);
      memcpy(&b, expected + 4 * i, 4);
      is_same = (isnan(a) && isnan(b)) || a == b || fabsf(a - b) <= 4e-6f * (1 + fabsf(b));
    }
    if (is_same) continue;
    printf("isa %d, %s: element %td differs\n", isa, label, i);
    failure_count++;
    return;
  }
}

static void run_with(int n) {
  products(n);
  tall_products(n);
  if (n <= 33) recurrent(n);
  elements(n);
  movement(n);
  integer_products(n);
  hybrid(n);
  integer_functions(n);
}

static void run(void) {
  const int counts[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 65};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) run_with(counts[i]);
  tables();
}

int main(int argc, char **argv) {
  if (argc != 3) die("usage: kernels write|compare file, or count set");
  if (strcmp(argv[1], "count") == 0) {
    isa = (msk_isa)atoi(argv[2]);
    if (!msk_isa_available(isa)) die("this machine has no such instruction set");
    is_counting = true;
    run_with(32);
    return 0;
  }
  is_writing = strcmp(argv[1], "write") == 0;
  file = fopen(argv[2], is_writing ? "wb" : "rb");
  if (!file) die("the file cannot be opened");
  for (isa = msk_isa_scalar; isa <= msk_isa_neon_dot; isa++) {
    if (!msk_isa_available(isa) || (is_writing && isa != msk_isa_scalar)) continue;
    rewind(file);
    check_count = 0;
    run();
    if (!is_writing) printf("instruction set %d: %ld results compared\n", isa, check_count);
  }
  if (fclose(file) != 0) die("the file cannot be written");
  return failure_count ? 1 : 0;
}
