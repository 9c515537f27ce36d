/** `smilodon serve RUN`: answers over HTTP, on this machine alone. */
import { load } from "../../systems/index.node.ts";
import { loadImageModel } from "../../systems/vision/opening.node.ts";
import { exitCodes } from "../errors.ts";
import { systemOf } from "../runKind.ts";
import { defineCommand } from "../schema.ts";
import { PictureService } from "../serve/pictureService.ts";
import { serveService } from "../serve/server.ts";
import { TableService } from "../serve/tableService.ts";

/** Answers requests until it is stopped. */
export const serve = defineCommand({
  name: "serve",
  summary: "Answer over HTTP, on this machine alone.",
  isBrief: true,
  examples: [
    { line: "serve runs/femurs", does: "GET / says what it is, POST /predict answers, until Ctrl-C" },
    { line: "serve runs/pets", does: "POST /predict takes the bytes of a picture (Content-Type: image/jpeg)" },
    { line: "serve runs/femurs --port 0 --json", does: "on any free port, which it prints" },
  ],
  arguments: [{ name: "run", meaning: "Folder of a trained system.", isRequired: true }],
  options: {
    port: {
      kind: "number",
      meaning: "Port on 127.0.0.1; 0 takes any that is free.",
      placeholder: "NUMBER",
      default: 8321,
      lowest: 0,
      highest: 65535,
      whole: true,
    },
    token: {
      kind: "optional",
      meaning: "What requests have to carry as Authorization: Bearer TOKEN. Better: the variable SMILODON_TOKEN.",
      placeholder: "TOKEN",
    },
    limit: {
      kind: "number",
      meaning: "Megabytes of a request at most.",
      placeholder: "NUMBER",
      default: 10,
      lowest: 0.001,
      highest: 1000,
    },
  },
  async run({ arguments: [folder = ""], values }, { console, signal, environment }) {
    const token = values.token ?? environment["SMILODON_TOKEN"];
    const isPictures = (await systemOf(folder)) === "vision";
    const service = isPictures
      ? new PictureService(await loadImageModel(folder))
      : new TableService(await load(folder));
    const server = await serveService(service, { port: values.port, token, mostBytes: values.limit * 1e6 });
    const address = `http://127.0.0.1:${server.port}`;
    if (values.json) console.print(JSON.stringify({ run: folder, address }));
    else console.say(`${folder} answers at ${address} until Ctrl-C.`);
    await aborted(signal);
    await server.stop();
    console.say("Stopped: every request that had come was answered.");
    return exitCodes.ok;
  },
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
