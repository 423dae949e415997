// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void clinux_close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0) return;
#endif
  struct rlimit limit;
  int count = 65536;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)count) {
    count = (int)limit.rlim_cur;
  }
  for (int descriptor = first; descriptor < count; descriptor++) close(descriptor);
}

static int set_limit(int resource, rlim_t soft, rlim_t hard) {
  struct rlimit current;
  if (getrlimit(resource, &current) != 0) return errno;
  // A limit that is tighter already stays as it is.
  if (hard > current.rlim_max) hard = current.rlim_max;
  if (soft > hard) soft = hard;
  struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
  return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

int clinux_limit_process(uint64_t address_space, uint64_t processor_seconds) {
  int failure = 0;
  // The soft limit ends the process with SIGXCPU, which tells why; the hard one is the net.
  failure = set_limit(RLIMIT_CPU, processor_seconds, processor_seconds + 2);
  if (failure == 0) failure = set_limit(RLIMIT_FSIZE, 0, 0);
  if (failure == 0) failure = set_limit(RLIMIT_NOFILE, 0, 0);
  if (failure == 0) failure = set_limit(RLIMIT_CORE, 0, 0);
  if (failure == 0) failure = set_limit(RLIMIT_NPROC, 0, 0);
  if (failure == 0 && address_space != 0) {
    failure = set_limit(RLIMIT_AS, address_space, address_space);
  }
  if (failure != 0) return failure;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  return 0;
}

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef NATIVE_ARCHITECTURE

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
// The lower half of an argument on these two little-endian machines.
#define LOAD_ARGUMENT(index) LOAD(args[index])
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define REFUSE RETURN(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW(number) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), RETURN(SECCOMP_RET_ALLOW)

int clinux_filter_system_calls(void) {
  const uint32_t self = (uint32_t)getpid();
  const struct sock_filter program[] = {
      LOAD(arch),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCHITECTURE, 1, 0),
      RETURN(SECCOMP_RET_KILL_PROCESS),
      LOAD(nr),
      ALLOW(SYS_read),
      ALLOW(SYS_write),
      ALLOW(SYS_munmap),
      ALLOW(SYS_mremap),
      ALLOW(SYS_brk),
      ALLOW(SYS_madvise),
      ALLOW(SYS_futex),
      ALLOW(SYS_exit),
      ALLOW(SYS_exit_group),
      ALLOW(SYS_rt_sigreturn),
      ALLOW(SYS_rt_sigprocmask),
      ALLOW(SYS_restart_syscall),
      ALLOW(SYS_getpid),
      ALLOW(SYS_gettid),
      ALLOW(SYS_getrandom),
      ALLOW(SYS_clock_gettime),
      ALLOW(SYS_gettimeofday),
#ifdef SYS_time
      ALLOW(SYS_time),
#endif
      // mprotect: what malloc does when an arena grows, but nothing becomes code.
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 4),
      LOAD_ARGUMENT(2),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
      RETURN(SECCOMP_RET_ALLOW),
      REFUSE,
      // mmap: memory of our own, no files, no code.
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 6),
      LOAD_ARGUMENT(2),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0),
      LOAD_ARGUMENT(3),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 1),
      RETURN(SECCOMP_RET_ALLOW),
      REFUSE,
      // abort(): SIGABRT to ourselves, so that the loader learns how this process ended.
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 5),
      LOAD_ARGUMENT(0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 0, 3),
      LOAD_ARGUMENT(2),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGABRT, 0, 1),
      RETURN(SECCOMP_RET_ALLOW),
      REFUSE,
  };
  const struct sock_fprog filter = {
      .len = sizeof program / sizeof program[0],
      .filter = (struct sock_filter *)program,
  };
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0) return 0;
  return errno == EINVAL ? ENOSYS : errno;
}

bool clinux_has_system_call_filters(void) {
  // Who would take a filter complains about the address of none.
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 && errno == EFAULT;
}

#else

int clinux_filter_system_calls(void) { return ENOSYS; }

bool clinux_has_system_call_filters(void) { return false; }

#endif

#if __has_feature(address_sanitizer)
// A finding looks like any other crash, and no memory like no memory: the process that reads model
// files has no environment that could say so.
const char *__asan_default_options(void) {
  return "abort_on_error=1:allocator_may_return_null=1:detect_leaks=0";
}
#endif

bool clinux_has_shadow_memory(void) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return true;
#else
  return false;
#endif
}

void clinux_return_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}
