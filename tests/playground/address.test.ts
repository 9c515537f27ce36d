/** The address of the playground, in a browser of which only the address and the clock are there. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const listeners = new Set<() => void>();
const location = { hash: "#/line", href: "http://localhost/#/line" };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("location", location);
  vi.stubGlobal("history", { replaceState: (_: unknown, __: string, hash: string) => (location.hash = hash) });
  vi.stubGlobal("addEventListener", (_: string, listener: () => void) => listeners.add(listener));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a setting that is still to be written does not turn the page back", async () => {
  const address = await import("../../src/studio/playground/shell/address.ts");
  const { numberCodec } = await import("../../src/studio/playground/shell/codecs.ts");
  address.followAddress();
  const rate = address.addressSetting(address.query, "rate", numberCodec(0, 1), 0.1);
  rate.value = 0.5;
  address.goTo("sigmoid");
  vi.advanceTimersByTime(1000);
  expect(location.hash).toBe("#/sigmoid");
  for (const listener of listeners) listener();
  expect(address.page.peek()).toBe("sigmoid");
  rate.value = 0.7;
  vi.advanceTimersByTime(1000);
  expect(location.hash).toBe("#/sigmoid?rate=0.7");
  expect(address.hashOf("line")).toBe("#/line?rate=0.5");
});
