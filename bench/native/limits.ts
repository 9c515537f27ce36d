/** What the machine could do at best with two threads: multiply-adds in registers, and bytes to and from memory. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, findCompiler } from "../../src/device/native/compiler.node.ts";

/** Rates a second. */
export interface Limits {
  /** Floating-point operations. */
  readonly peak: number;
  /** Bytes read and written by copying. */
  readonly copy: number;
  /** Bytes read. */
  readonly read: number;
}

const source = (threads: number) => `
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
typedef float vector __attribute__((vector_size(64)));
enum { threads = ${threads}, rounds = 400000, chains = 12 };
static const size_t bytes = 128u << 20;
static char *from, *to;
static float sums[threads * 16];
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }

static void *multiply(void *which) {
  const float first = sums[16 * (intptr_t)which];
  vector a = (vector){0} + 0.999f + first, b = (vector){0} + 1e-6f, c[chains];
  for (int i = 0; i < chains; i++) c[i] = (vector){0} + (float)i;
  for (int round = 0; round < rounds; round++)
#pragma GCC unroll 12
    for (int i = 0; i < chains; i++) c[i] = c[i] * a + b;
  for (int i = 0; i < chains; i++) sums[16 * (intptr_t)which] += c[i][0] * 1e-20f;
  return NULL;
}
static void *copy(void *which) {
  size_t part = bytes / threads;
  memcpy(to + part * (intptr_t)which, from + part * (intptr_t)which, part);
  return NULL;
}
static void *sum(void *which) {
  size_t part = bytes / threads / sizeof(vector);
  const vector *start = (const vector *)from + part * (intptr_t)which;
  vector total[4] = {{0}};
  for (size_t i = 0; i + 4 <= part; i += 4) for (int j = 0; j < 4; j++) total[j] += start[i + j];
  sums[16 * (intptr_t)which] += (total[0] + total[1] + total[2] + total[3])[0] * 1e-20f;
  return NULL;
}
static double best(void *(*work)(void *)) {
  double least = 1e9;
  for (int round = 0; round < 7; round++) {
    pthread_t all[threads];
    double start = now();
    for (intptr_t i = 1; i < threads; i++) pthread_create(&all[i], NULL, work, (void *)i);
    work(NULL);
    for (int i = 1; i < threads; i++) pthread_join(all[i], NULL);
    double seconds = now() - start;
    if (seconds < least) least = seconds;
  }
  return least;
}
int main(void) {
  from = aligned_alloc(64, bytes), to = aligned_alloc(64, bytes);
  memset(from, 1, bytes), memset(to, 2, bytes);
  printf("%.6g %.6g %.6g\\n", 2.0 * 16 * chains * rounds * threads / best(multiply), 2.0 * bytes / best(copy), bytes / best(sum));
  return sums[0] == 12345;
}
`;

/** Measures the limits whenever it is asked; the best so far counts. */
export class LimitMeter {
  readonly #folder = mkdtempSync(join(tmpdir(), "smilodon-limits-"));
  readonly #program = join(this.#folder, "limits");
  #best: Limits = { peak: 0, copy: 0, read: 0 };

  constructor(threads: number) {
    const flags = ["-O2", "-march=native", "-ffp-contract=fast", "-w", "-pthread"];
    compile(findCompiler(), [{ source: source(threads), flags, output: this.#program }]);
  }

  measure(): Limits {
    const { stdout, status } = spawnSync(this.#program, { encoding: "utf8" });
    if (status !== 0) throw new Error(`The limits of the machine could not be measured: ${status}`);
    const [peak = 0, copy = 0, read = 0] = stdout.trim().split(" ").map(Number);
    const best = this.#best;
    this.#best = { peak: Math.max(best.peak, peak), copy: Math.max(best.copy, copy), read: Math.max(best.read, read) };
    return this.#best;
  }

  end(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
