/** The process in which docs.ts runs examples: one module after another, what they print is thrown away. */
import { pathToFileURL } from "node:url";

/** What the runner says: that it is ready for a first example, and how each one ended. */
export type RunnerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly message: string; readonly stack: string };

const send = (message: RunnerMessage): void => void process.send?.(message);

/** An error that no one awaited belongs to the example that runs. */
let stray: unknown;
process.on("unhandledRejection", (reason) => (stray = reason));

process.on("message", async ({ file }: { file: string }) => {
  stray = undefined;
  try {
    await import(pathToFileURL(file).href);
    await new Promise((resolve) => setImmediate(resolve));
    if (stray !== undefined) throw stray;
    send({ kind: "passed" });
  } catch (error) {
    const isError = error instanceof Error;
    send({
      kind: "failed",
      message: isError ? `${error.name}: ${error.message}` : String(error),
      stack: isError ? (error.stack ?? "") : "",
    });
  }
});

send({ kind: "ready" });
