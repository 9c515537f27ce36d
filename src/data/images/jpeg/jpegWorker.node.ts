/** What the threads of `jpegTeam.node.ts` run. */
import { parentPort } from "node:worker_threads";
import { decodeJpeg } from "./decodeJpeg.ts";

parentPort?.on("message", ({ number, bytes }: { readonly number: number; readonly bytes: Uint8Array }) => {
  const picture = decodeJpeg(bytes);
  parentPort?.postMessage({ number, picture }, picture === undefined ? [] : [picture.pixels.buffer]);
});
