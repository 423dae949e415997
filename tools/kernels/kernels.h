// SPDX-License-Identifier: Apache-2.0
//
// Operands and results that the parts of this program share.
#ifndef KERNELS_H
#define KERNELS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CMainspringKernels.h"

enum { guard = 64, most = 1 << 16, filler = 0x5a };

/// The instruction set in use.
extern msk_isa isa;

// Results of one kernel at a time, and operands that all see alike.
extern unsigned char result[most + guard];
extern float scratch[4096];
extern float fa[8192], fb[8192], fc[8192], packed[1 << 15];
extern int8_t sa[8192], sb[8192];
extern int16_t ha[8192];
extern uint16_t halves[8192];
extern int32_t ints[1024];

/// The result, for kernels of any type.
#define Y ((void *)result)

void die(const char *what);

/// Memory of so many bytes and not one more, all of them `value`, until the case ends: the address
/// sanitizer sees what is read or written beyond it.
void *exact(ptrdiff_t bytes, int value);

/// Begins a case: makes all operands anew.
void start(uint64_t seed);

/// Ends a case: `count` results of a kind, 'f' floats or integers of '1', '2', '4' bytes.
void end(const char *name, int number, char kind, ptrdiff_t count);

/// Units rounded up to whole vectors.
ptrdiff_t padded_of(int units);

/// The inputs' share of `gates` in the order of packed gates, of some windows a stride of floats
/// apart: the first one's, half of it, and its opposite; until the case ends.
float *shares(int gates, int units, int time, int windows, ptrdiff_t stride);

// The cases; `n` is a number of columns, channels, units or elements.
void products(int n);
void tall_products(int n);
void recurrent(int n);
void elements(int n);
void movement(int n);
void integer_products(int n);
void hybrid(int n);
void integer_functions(int n);
void tables(void);

#endif
