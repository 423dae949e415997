// SPDX-License-Identifier: Apache-2.0
// libhdf5 for Swift: the constants it defines as macros that call functions, and the few
// calls whose names depend on the version, pinned to those of 1.10.

#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#define H5_USE_110_API 1
#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }
static inline haddr_t chdf5_undefined_address(void) { return HADDR_UNDEF; }
static inline size_t chdf5_variable_length(void) { return H5T_VARIABLE; }

/// No messages on standard error, no plug-in libraries.
static inline herr_t chdf5_quiet(void) {
  if (H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0) return -1;
  return H5PLset_loading_state(0);
}

/// A link of a group: hard, or anything else.
typedef void (*chdf5_link_visitor)(void *context, const char *name, int type);

struct chdf5_link_visit {
  chdf5_link_visitor visitor;
  void *context;
  uint64_t left;
};

static inline herr_t chdf5_visit_link(
    hid_t group, const char *name, const H5L_info_t *info, void *context) {
  struct chdf5_link_visit *visit = (struct chdf5_link_visit *)context;
  (void)group;
  if (visit->left == 0) return 1;
  visit->left--;
  visit->visitor(visit->context, name, (int)info->type);
  return 0;
}

/// Calls `visitor` for each link of `group`, at most `limit` times.
///
/// Returns 0 when these were all, 1 when there are more, negative on failure.
static inline herr_t chdf5_links(
    hid_t group, uint64_t limit, chdf5_link_visitor visitor, void *context) {
  struct chdf5_link_visit visit = {visitor, context, limit};
  hsize_t position = 0;
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &position, chdf5_visit_link, &visit);
}

/// Where an object lives in its file, and how many attributes it has.
static inline herr_t chdf5_object(hid_t object, uint64_t *address, uint64_t *attribute_count) {
  H5O_info_t info;
  if (H5Oget_info(object, &info) < 0) return -1;
  *address = (uint64_t)info.addr;
  *attribute_count = (uint64_t)info.num_attrs;
  return 0;
}

/// The innermost of the errors that the last failed call left.
struct chdf5_error {
  char text[200];
  bool out_of_memory;
};

static inline herr_t chdf5_visit_error(unsigned depth, const H5E_error2_t *entry, void *context) {
  struct chdf5_error *error = (struct chdf5_error *)context;
  if (depth == 0 && entry->desc != NULL) {
    strncpy(error->text, entry->desc, sizeof error->text - 1);
  }
  // Some places give another number with this text.
  static const char failed[] = "memory allocation failed";
  if (entry->min_num == H5E_NOSPACE ||
      (entry->desc != NULL && strncmp(entry->desc, failed, sizeof failed - 1) == 0)) {
    error->out_of_memory = true;
  }
  return 0;
}

static inline void chdf5_last_error(struct chdf5_error *error) {
  memset(error, 0, sizeof *error);
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, chdf5_visit_error, error);
}

/// Opens a file that is in memory; libhdf5 takes a copy. `error` is set on failure.
///
/// `name` must not be that of another open file: libhdf5 would take both for the same.
static inline hid_t chdf5_open_image(
    const char *name, void *image, size_t count, struct chdf5_error *error) {
  memset(error, 0, sizeof *error);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return -1;
  hid_t file = -1;
  if (H5Pset_fapl_core(access, 65536, 0) >= 0 &&
      H5Pset_file_image(access, image, count) >= 0) {
    file = H5Fopen(name, H5F_ACC_RDONLY, access);
  }
  // Before the next call clears it.
  if (file < 0) chdf5_last_error(error);
  H5Pclose(access);
  return file;
}

#endif
