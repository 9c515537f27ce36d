/**
 * C of the driver: compiled once a machine, it walks the command list of a plan, so that a whole plan is one call; and what
 * the device needs of the system (memory, libraries of kernels). A command is a row of words of 64 bits, its kind first;
 * buffers stand as numbers of cells, which hold the address of the data. `commandList.ts` writes the words,
 * `teamSource.ts` has the threads, `driver.node.ts` calls all this.
 */
import { teamSource } from "./teamSource.ts";

/** The first word of each command. The words that follow are listed beside it. */
export const commandKinds = {
  /**
   * Function, units, parts (into how many pieces it is worth cutting; 1 keeps it on one thread), whether sleeping helpers are
   * worth waking, numbers of buffers and of sizes; then the buffers' cells, room for as many addresses, and the sizes, two a word.
   */
  kernel: 0,
  /** Cells of source and target, bytes. */
  copy: 1,
  /** Times, cell of the counter, word where the body ends; the body follows. */
  loop: 2,
  /** Cell of the condition, word where the body ends; the body follows. */
  while: 3,
  /** Cell of the predicate, words where the first and the second branch end; both follow. */
  cond: 4,
} as const;

/** Kinds of commands. */
export type CommandKind = keyof typeof commandKinds;

/** Words of a command of each kind, without the commands inside it and without the lists of a kernel. */
export const commandWords = { kernel: 7, copy: 4, loop: 4, while: 3, cond: 4 } as const satisfies {
  [Kind in CommandKind]: number;
};

/**
 * Words before the cells: how many cells, pairs of externals and pairs of scratch memory there are, and where commands start
 * and end. After the cells come the pairs: cell and position of an external, cell and offset in scratch memory.
 */
export const headerWords = 5;

/** The driver's source. */
export const driverSource = `/* The driver of Smilodon's native device. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#endif
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <crt_externs.h>
#define environ (*_NSGetEnviron())
#endif
${teamSource}
enum { header_words = ${headerWords} };
enum { ${Object.entries(commandKinds)
  .map(([name, kind]) => `command_${name} = ${kind}`)
  .join(", ")} };
enum { ${Object.entries(commandWords)
  .map(([name, words]) => `words_of_${name} = ${words}`)
  .join(", ")} };

typedef struct { team *team; int64_t *words; char **cells; } run_state;

static int64_t *run_kernel(const run_state *run, int64_t *here) {
  team *t = run->team;
  int64_t buffers = here[5], sizes = here[6];
  const int64_t *cells = here + words_of_kernel;
  char **addresses = (char **)(cells + buffers);
  for (int64_t buffer = 0; buffer < buffers; buffer++) addresses[buffer] = run->cells[cells[buffer]];
  t->function = (kernel_function *)(uintptr_t)here[1];
  t->buffers = addresses;
  t->sizes = (const int32_t *)(addresses + buffers);
  if (here[3] > 1 && atomic_load_explicit(&t->threads, memory_order_relaxed) > 1)
    run_together(t, (int32_t)here[2], (int32_t)here[3], here[4] != 0);
  else if (here[2] > 0)
    t->function(t->buffers, t->sizes, 0, (int32_t)here[2]);
  return here + words_of_kernel + 2 * buffers + (sizes + 1) / 2;
}

static void run_commands(const run_state *run, int64_t *here, int64_t *end) {
  while (here < end) {
    switch (here[0]) {
      case command_kernel:
        here = run_kernel(run, here);
        break;
      case command_copy:
        memmove(run->cells[here[2]], run->cells[here[1]], (size_t)here[3]);
        here += words_of_copy;
        break;
      case command_loop:
        for (int64_t count = 0; count < here[1]; count++) {
          *(int32_t *)run->cells[here[2]] = (int32_t)count;
          run_commands(run, here + words_of_loop, run->words + here[3]);
        }
        here = run->words + here[3];
        break;
      case command_while:
        while (*run->cells[here[1]] != 0) run_commands(run, here + words_of_while, run->words + here[2]);
        here = run->words + here[2];
        break;
      case command_cond:
        if (*run->cells[here[1]] != 0) run_commands(run, here + words_of_cond, run->words + here[2]);
        else run_commands(run, run->words + here[2], run->words + here[3]);
        here = run->words + here[3];
        break;
      default:
        abort();
    }
  }
}

/* Runs the plan whose words are at an address, with the addresses of its externals and of scratch memory. */
void smilodon_run(uint64_t team_address, uint64_t words_address, const double *externals, uint64_t scratch) {
  int64_t *words = (int64_t *)(uintptr_t)words_address;
  run_state run = {(team *)(uintptr_t)team_address, words, (char **)(words + header_words)};
  const int64_t *pairs = words + header_words + words[0];
  for (int64_t pair = 0; pair < words[1]; pair++, pairs += 2)
    run.cells[pairs[0]] = (char *)(uintptr_t)externals[pairs[1]];
  for (int64_t pair = 0; pair < words[2]; pair++, pairs += 2)
    run.cells[pairs[0]] = (char *)(uintptr_t)(scratch + (uint64_t)pairs[1]);
  run_commands(&run, words + words[3], words + words[4]);
}

/* May the threads of this process use registers of tiles? The system has to be asked; assemblers of older compilers do not know them. */
int32_t smilodon_tiles(void) {
#if defined(__linux__) && defined(__x86_64__) && (defined(__clang__) ? __clang_major__ >= 12 : __GNUC__ >= 11)
  enum { arch_req_xcomp_perm = 0x1023, xtile_data = 18 };
  return syscall(SYS_arch_prctl, arch_req_xcomp_perm, xtile_data) == 0;
#else
  return 0;
#endif
}

/* Fresh memory of zeros at a multiple of 2 MiB, in big pages where the system has them; 0 where there is none. */
uint64_t smilodon_map(double bytes) {
  const size_t page = 2u << 20;
  size_t length = ((size_t)bytes + page - 1) / page * page;
  char *start = mmap(NULL, length + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return 0;
  char *aligned = (char *)(((uintptr_t)start + page - 1) / page * page);
  if (aligned > start) munmap(start, (size_t)(aligned - start));
  size_t rest = (size_t)(start + page - aligned);
  if (rest > 0) munmap(aligned + length, rest);
#ifdef MADV_HUGEPAGE
  madvise(aligned, length, MADV_HUGEPAGE);
#endif
  return (uint64_t)(uintptr_t)aligned;
}

void smilodon_unmap(uint64_t address, double bytes) {
  munmap((void *)(uintptr_t)address, (size_t)bytes);
}

void smilodon_write(uint64_t address, const uint8_t *data, double bytes) {
  memcpy((void *)(uintptr_t)address, data, (size_t)bytes);
}

void smilodon_read(uint64_t address, uint8_t *data, double bytes) {
  memcpy(data, (const void *)(uintptr_t)address, (size_t)bytes);
}

/* Stays loaded until the process ends, whoever unloads it: helpers may be inside. Is that granted? */
int32_t smilodon_stay(void) {
  Dl_info own;
  return dladdr((void *)(uintptr_t)smilodon_stay, &own) != 0 && dlopen(own.dli_fname, RTLD_NOW | RTLD_NODELETE) != NULL;
}

/* Runs a command of the shell beside this process, whose number it gives; 0 where it cannot be started. */
int32_t smilodon_begin(const char *command) {
  char *words[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
  pid_t child = 0;
  return posix_spawn(&child, "/bin/sh", NULL, NULL, words, environ) == 0 ? (int32_t)child : 0;
}

/* Has the command ended? It is waited for where \`waits\` is not 0. Not to be asked again once it has. */
int32_t smilodon_ended(int32_t child, int32_t waits) {
  int status = 0;
  pid_t ended;
  do ended = waitpid((pid_t)child, &status, waits != 0 ? 0 : WNOHANG);
  while (ended < 0 && errno == EINTR);
  return ended != 0;
}

/* A library of kernels; 0 where it cannot be loaded. */
uint64_t smilodon_open(const char *path) {
  return (uint64_t)(uintptr_t)dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

/* The kernel of that name; 0 where the library has none. */
uint64_t smilodon_find(uint64_t library, const char *name) {
  return (uint64_t)(uintptr_t)dlsym((void *)(uintptr_t)library, name);
}

void smilodon_close(uint64_t library) {
  dlclose((void *)(uintptr_t)library);
}
`;
