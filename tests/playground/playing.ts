/** Training as a visitor follows it: by what the page says of its steps. */
import { expect } from "vitest";
import type { Visitor } from "./visitor.ts";

/** Does the page have a training of its own pace? */
export async function canPlay({ page }: Visitor): Promise<boolean> {
  return (await page.getByRole("button", { name: "Play", exact: true }).count()) > 0;
}

/** Waits until the page has said a step that will do. */
export async function waitForStep({ page }: Visitor, isReached: (step: number) => boolean): Promise<void> {
  await expect
    .poll(
      async () =>
        isReached(Number((await page.locator(".count").first().textContent())?.replace(/\D/g, "") || Number.NaN)),
      { interval: 20 },
    )
    .toBe(true);
}
