/**
 * The driver alone, as a program of its own under gcc's sanitizers: threads that share many small launches, nested commands,
 * helpers that come and go. A race, a read outside or an overflow ends the program with an error.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCompiler } from "../../../src/device/native/compiler.node.ts";
import { commandKinds, driverSource, headerWords } from "../../../src/device/native/driverSource.ts";

/** Adds the loop's count to every unit of b0, and counts units in b1. */
const harness = `
#include <stdio.h>
static void add(char *const *b, const int32_t *sizes, int32_t begin, int32_t end) {
  const int32_t count = *(int32_t *)b[1];
  for (int32_t unit = begin; unit < end; unit++) ((int64_t *)b[0])[unit] += (int64_t)sizes[0] * (count + 1);
}

enum { units = 1000, times = 3000 };

static int64_t *put(int64_t *here, int n, const int64_t *values) {
  memcpy(here, values, n * sizeof *values);
  return here + n;
}

static void launch(uint64_t team, int64_t *words, const double *externals, uint64_t scratch, int parts, int64_t count) {
  int64_t cells = 3, start = ${headerWords} + cells + 2 * 2 + 2, body = start + 4, end = body + 7 + 2 * 2 + 1 + 4;
  int64_t *here = put(words, ${headerWords}, (int64_t[]){cells, 2, 1, start, end}) + cells;
  here = put(here, 6, (int64_t[]){0, 0, 1, 1, 2, 0});
  here = put(here, 4, (int64_t[]){${commandKinds.loop}, count, 2, end});
  here = put(here, 9, (int64_t[]){${commandKinds.kernel}, (int64_t)(uintptr_t)add, units, parts, 1, 2, 1, 0, 2});
  here[2] = 2;
  here = put(here + 3, 4, (int64_t[]){${commandKinds.copy}, 0, 1, units * sizeof(int64_t)});
  smilodon_run(team, (uint64_t)(uintptr_t)words, externals, scratch);
}

/* Helpers that are made to stay on the caller's processor may leave it: the number of those that still may not. */
static int stuck(team *t, int64_t *words, const double *externals, uint64_t scratch) {
  int left = atomic_load(&t->started);
#ifdef __linux__
  cpu_set_t all, only, now;
  if (sched_getaffinity(0, sizeof all, &all) != 0 || CPU_COUNT(&all) < 2) return 0;
  for (int attempt = 0; attempt < 100 && left > 0; attempt++) {
    int here = sched_getcpu();
    CPU_ZERO(&only);
    CPU_SET(here, &only);
    for (int helper = 0; helper < atomic_load(&t->started); helper++) pthread_setaffinity_np(t->helpers[helper], sizeof only, &only);
    for (int again = 0; again < 3; again++) {
      launch((uint64_t)(uintptr_t)t, words, externals, scratch, 500, 20);
      nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    left = 0;
    for (int helper = 0; helper < atomic_load(&t->started); helper++) {
      pthread_getaffinity_np(t->helpers[helper], sizeof now, &now);
      left += CPU_EQUAL(&now, &only) != 0;
    }
  }
#endif
  return left;
}

/* Offers too small to wake anybody, in a row: does a helper that sleeps hear of them? */
static int is_heard(team *t, char *const *buffers) {
  static const int32_t sizes[] = {1};
  const struct timespec rest = {0, 1000000};
  while (atomic_load(&t->sleeping) < atomic_load(&t->started)) nanosleep(&rest, NULL);
  double before = smilodon_taken((uint64_t)(uintptr_t)t, 1);
  t->function = add;
  t->buffers = buffers;
  t->sizes = sizes;
  for (int offer = 0; offer < 200000; offer++) {
    run_together(t, units, 500, 0);
    if (smilodon_taken((uint64_t)(uintptr_t)t, 1) != before) return 1;
  }
  return 0;
}

int main(void) {
  int64_t *words = malloc(64 * sizeof *words), *a = calloc(units, sizeof *a), *copy = calloc(units, sizeof *copy);
  uint64_t scratch = smilodon_map(100), team = smilodon_team(4);
  double externals[2] = {(double)(uintptr_t)a, (double)(uintptr_t)copy};
  for (int round = 0; round < 4; round++) {
    smilodon_set_threads(team, 4 - round);
    launch(team, words, externals, scratch, round == 2 ? 3 : 500, times);
    struct timespec rest = {0, 1000000};
    nanosleep(&rest, NULL);
  }
  int64_t wrong = 0, expected = 4ll * 2 * ((int64_t)times * (times + 1) / 2);
  for (int unit = 0; unit < units; unit++) wrong += a[unit] != expected || copy[unit] != expected;
  double taken = 0;
  for (int thread = 0; thread < 4; thread++) taken += smilodon_taken(team, thread);
  int32_t count = 0;
  smilodon_set_threads(team, 2);
  int heard = is_heard((struct team *)(uintptr_t)team, (char *[]){(char *)a, (char *)&count});
  smilodon_set_threads(team, 4);
  int left = stuck((struct team *)(uintptr_t)team, words, externals, scratch);
  smilodon_end(team);
  smilodon_unmap(scratch, 2 << 20);
  printf("wrong %lld, pieces %.0f, heard %d, stuck %d\\n", (long long)wrong, taken, heard, left);
  free(words), free(a), free(copy);
  return wrong != 0;
}
`;

/** Without a compiler there is no native device, and nothing to test. */
const compiler = ((): string | undefined => {
  try {
    return findCompiler().path;
  } catch {
    return undefined;
  }
})();

describe.skipIf(compiler === undefined)("the driver (skipped where there is no C compiler)", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "smilodon-driver-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(["thread", "address,undefined"])("runs cleanly under -fsanitize=%s", (sanitizer) => {
    const [source, program] = [join(folder, "driver.c"), join(folder, sanitizer)];
    writeFileSync(source, `${driverSource}${harness}`);
    const flags = ["-O1", "-g", "-std=gnu11", "-pthread", "-fno-strict-aliasing", "-Wall", "-Werror"];
    const made = spawnSync(
      compiler ?? "",
      [...flags, `-fsanitize=${sanitizer}`, "-fno-sanitize-recover=all", "-o", program, source],
      { encoding: "utf8" },
    );
    expect(made.stderr).toBe("");
    const { stdout, stderr, status } = spawnSync(program, { encoding: "utf8", timeout: 60_000 });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    // four, three and two threads cut a launch into 32, 24 and 3 pieces; one thread takes it as a whole
    expect(stdout).toBe(`wrong 0, pieces ${3000 * (32 + 24 + 3)}, heard 1, stuck 0\n`);
  });
});
