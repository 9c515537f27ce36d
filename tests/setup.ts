/**
 * Before the tests of each file. Every plan that any test compiles is verified: users do not pay for that; the tests stand for
 * them. And files that share a process begin on the device that vitest.config.ts names, whatever the file before them set.
 */
import { listenToPasses } from "../src/compile/pipeline.ts";
import { verifyPlan } from "../src/kernel/verify.ts";
import { deviceNames, setDevice } from "../src/runtime/registry.ts";

listenToPasses((pass, { plan }) => {
  if (pass === "memory" && plan !== undefined) verifyPlan(plan);
});

const device = process.env["SMILODON_DEVICE"] ?? "auto";
if (deviceNames().includes(device)) setDevice(device);
