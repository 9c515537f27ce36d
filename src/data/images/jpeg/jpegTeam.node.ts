/** Threads that decode plain JPEG files (`decodeJpeg.ts`). They begin with the first picture, and keep no process from ending. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { PlainPicture } from "./decodeJpeg.ts";

/** What a thread answers. */
interface Answer {
  readonly number: number;
  readonly picture: PlainPicture | undefined;
}

/** A thread, and what it was asked and has not answered. */
interface Member {
  readonly worker: Worker;
  readonly open: Map<number, (picture: PlainPicture | undefined) => void>;
}

/** As many threads as there are cores. */
export class JpegTeam {
  readonly #members: Member[] = [];
  #asked = 0;
  /** A thread could not begin, or broke down: where one does, all would. */
  #isBroken = false;

  /** The picture in `bytes`, or undefined where another decoder has to see to it. */
  decode(bytes: Uint8Array): Promise<PlainPicture | undefined> {
    if (this.#members.length === 0) this.#begin();
    const [first, ...others] = this.#members;
    if (this.#isBroken || first === undefined) return Promise.resolve(undefined);
    const member = others.reduce((best, each) => (each.open.size < best.open.size ? each : best), first);
    const number = this.#asked++;
    // Whoever waits for an answer keeps the process
    if (member.open.size === 0) member.worker.ref();
    return new Promise((resolve) => {
      member.open.set(number, resolve);
      member.worker.postMessage({ number, bytes });
    });
  }

  #begin(): void {
    for (let index = 0; index < availableParallelism(); index++) {
      const worker = new Worker(new URL("./jpegWorker.node.ts", import.meta.url), { name: "smilodon-jpeg" });
      const member: Member = { worker, open: new Map() };
      worker.unref();
      worker.on("message", ({ number, picture }: Answer) => {
        const resolve = member.open.get(number);
        member.open.delete(number);
        if (member.open.size === 0) worker.unref();
        resolve?.(picture);
      });
      worker.on("error", () => this.#breakDown());
      this.#members.push(member);
    }
  }

  #breakDown(): void {
    this.#isBroken = true;
    for (const { worker, open } of this.#members) {
      void worker.terminate();
      for (const resolve of open.values()) resolve(undefined);
      open.clear();
    }
  }
}
