/** Says what its worker said, and loads a part of itself on demand. */
import { render } from "preact";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
worker.onmessage = async ({ data }) => {
  const { Losses } = await import("./losses.tsx");
  render(<Losses losses={data.losses} />, document.body);
  document.body.dataset.outcome = JSON.stringify(data);
};
