/**
 * Vitest's configuration. `unit` and `alone` are everything that tests the sources: files of `unit` share a process, since what
 * they import takes a second to load and what they compile serves the next; `browser` visits the playground in
 * browsers (tests/playground), `package` packs and installs the package (tests/package, tests/bundling); each is a step of
 * its own in the gate. SMILODON_TESTS says how much to run, and tests may read it to choose how much they sample: `quick`
 * (under a minute), `gate` (the default), `all`, which also runs `*.all.test.ts`.
 */
import { defineConfig } from "vitest/config";

/** What these do to the process (mocked modules, devices of their own under known names, garbage that is collected) others must not see; or they need it fresh. */
const alone = [
  "tests/algorithms/sorting.test.ts",
  "tests/browser/threads.test.ts",
  "tests/cli/fullDisk.test.ts",
  "tests/device/**/*.test.ts",
  "tests/nn/module.test.ts",
  "tests/opTable/native.test.ts",
  "tests/opTable/threads.test.ts",
  "tests/runtime/*.test.ts",
  "tests/tabular/stream.slow.test.ts",
  "tests/tensor/integerSemantics.test.ts",
  "tests/transforms/explainPlan.test.ts",
];

const level = process.env.SMILODON_TESTS;
const leftOut = [
  ...(level === "quick" ? ["**/*.slow.test.ts", "tests/browser/**"] : []),
  ...(level === "all" ? [] : ["**/*.all.test.ts"]),
];

export default defineConfig({
  test: {
    // Two cores on the smallest machine; a device's own threads come on top.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // In programs that tests start too; what is about another device names it
    env: { SMILODON_DEVICE: "wasm", SMILODON_TILES: "usual" },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          isolate: false,
          setupFiles: ["tests/setup.ts", "tests/setupShared.ts"],
          include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: [
            ...alone,
            "tests/package/**",
            "tests/bundling/**",
            "tests/playground/**/*.browser.test.ts",
            ...leftOut,
          ],
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          setupFiles: ["tests/setup.ts"],
          include: alone,
          exclude: leftOut,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["tests/playground/**/*.browser.test.ts"],
          globalSetup: ["tests/playground/site.ts"],
          // Pages train meanwhile, two at a time: on a busy machine that takes as long as it takes
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // What a host that stands still for a while spoils; the closing lines name what was tried again
          retry: 1,
          expect: { poll: { timeout: 90_000, interval: 30 } },
        },
      },
      {
        extends: true,
        test: {
          name: "package",
          include: ["tests/package/*.test.ts", "tests/bundling/*.test.ts"],
          globalSetup: ["tests/package/pack.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
