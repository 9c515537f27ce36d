/** The worker of the page: a runner between messages. The engine is loaded here and not in the page's own thread. */
import { currentDevice } from "../../../runtime/registry.ts";
import type { ToWorker } from "./protocol.ts";
import { TrainingRunner } from "./runner.ts";

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

const runner = new TrainingRunner({
  post: (message) => postMessage(message),
  yieldToMessages: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(undefined);
    }),
  now: () => performance.now(),
  threads: () => currentDevice().threads ?? 1,
});

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => runner.receive(data));
