/**
 * Vitest's configuration. Three projects: `unit` is everything that tests the sources, `browser` visits the playground in
 * browsers (tests/playground), `package` packs and installs the package (tests/package, tests/bundling); each is a step of
 * its own in the gate. SMILODON_TESTS says how much to run, and tests may read it to choose how much they sample: `quick`
 * (under a minute), `gate` (the default), `all`, which also runs `*.all.test.ts`.
 */
import { defineConfig } from "vitest/config";

const isQuick = process.env.SMILODON_TESTS === "quick";

export default defineConfig({
  test: {
    // Two cores on the smallest machine; a device's own threads come on top.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // In programs that tests start too; what is about another device names it
    env: { SMILODON_DEVICE: "wasm" },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          setupFiles: ["tests/setup.ts"],
          include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: [
            "tests/package/**",
            "tests/bundling/**",
            "tests/playground/**/*.browser.test.ts",
            ...(isQuick ? ["**/*.slow.test.ts", "tests/browser/**"] : []),
            ...(process.env["SMILODON_TESTS"] === "all" ? [] : ["**/*.all.test.ts"]),
          ],
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
