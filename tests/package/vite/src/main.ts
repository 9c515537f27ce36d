/** Trains in the page and leaves the outcome, or the error, where the test looks for it. */
import { train } from "./network.ts";

try {
  document.body.dataset.outcome = JSON.stringify(await train(200));
} catch (error) {
  document.body.dataset.outcome = JSON.stringify({ error: error instanceof Error ? error.stack : String(error) });
}
