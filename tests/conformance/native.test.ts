import { describe, test } from "vitest";
import { NativeDevice } from "../../src/device/native/nativeDevice.node.ts";
import { hasNative, reason } from "../device/native/available.ts";
import { deviceConformance } from "./deviceConformance.ts";
import { Rehearsed } from "./rehearsal.ts";

// tests/render tries the same kernels without the device
const share = process.env.SMILODON_TESTS === "all" ? 1 : 32;

// every kernel in as many pieces as there can be, for whichever thread is ready
if (hasNative) {
  const grain = { share: 1, piece: 1, wake: 1 };
  const options = { mayContract: true, transcendentalUlps: 2 };
  deviceConformance(() => new Rehearsed(new NativeDevice({ grain }), share), options);
} else describe("conformance of native", () => test.skip(reason, () => undefined));
