/**
 * The runner of a page's own thread in an isolated page, which must neither wait nor be kept busy. From the first launch that is worth
 * sharing on, a worker does everything in its place, in the order of the messages: it is thread 0 of the team, and the
 * page is told when data has been read. Before that, and where workers are forbidden, the page's thread does it all.
 */
import { DeviceError } from "../../support/errors.ts";
import { helperSource, type Introduction, type Piece } from "./helperSource.ts";
import { type Launch, launchFailed, type Runner } from "./runner.ts";
import type { Team } from "./team.ts";
import { startThread, type Thread } from "./workers.ts";

interface Read {
  readonly id: number;
  readonly address: number;
  readonly bytes: number;
}

/** What thread 0 is told. */
type Order =
  | { readonly launch: Launch }
  | { readonly write: { readonly address: number; readonly data: Uint8Array } }
  | { readonly read: Read }
  | { readonly piece: Piece };

/** What it answers: that it is there, or the bytes that were asked for and what has gone wrong before them. */
interface Answer {
  readonly isReady?: true;
  readonly id: number;
  readonly data: Uint8Array;
  readonly failure?: string;
}

interface Waiting {
  readonly resolve: (data: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Hands everything to a worker once that is worth it. */
export class Page implements Runner {
  readonly #team: Team;
  readonly #introduce: () => Introduction;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Thread | undefined;
  /** Orders that a worker which has not answered yet may never carry out. */
  #unconfirmed: Order[] | undefined;
  #reads = 0;
  /** Why there is no worker, though there was one. */
  #lost: string | undefined;

  /** `team` runs what the page's own thread does; `introduce` says what a worker has to know at first. */
  constructor(team: Team, introduce: () => Introduction) {
    this.#team = team;
    this.#introduce = introduce;
  }

  write(address: number, data: Uint8Array): void {
    if (this.#isAlone()) this.#team.write(address, data);
    else this.#order({ write: { address, data: data.slice() } });
  }

  launch(launch: Launch): void {
    if (this.#isAlone() && launch.sharedWork > 0 && this.#team.threads > 1) this.#start();
    if (this.#isAlone()) return this.#team.launch({ ...launch, sharedWork: 0 });
    if (launch.sharedWork > 0) this.#team.hire();
    this.#order({ launch });
  }

  read(address: number, bytes: number): Promise<Uint8Array> {
    if (this.#isAlone()) return this.#team.read(address, bytes);
    const read = { id: this.#reads++, address, bytes };
    return new Promise((resolve, reject) => {
      this.#waiting.set(read.id, { resolve, reject });
      this.#order({ read });
    });
  }

  publish(piece: Piece): void {
    if (!this.#isAlone()) this.#order({ piece });
    this.#team.publish(piece);
  }

  dispose(): void {
    this.#lose("the device was disposed");
    this.#team.dispose();
  }

  #isAlone(): boolean {
    if (this.#lost !== undefined) throw new DeviceError(`The WebAssembly device has lost its worker: ${this.#lost}.`);
    return this.#worker === undefined;
  }

  #start(): void {
    this.#unconfirmed = [];
    const worker = startThread(
      helperSource(),
      (reason) => this.#fail(String(reason)),
      (answer) => this.#hear(answer as Answer),
    );
    this.#worker = worker;
    worker?.postMessage({ introduction: this.#introduce() });
  }

  #order(order: Order): void {
    this.#unconfirmed?.push(order);
    this.#worker?.postMessage(order);
  }

  #hear({ isReady, id, data, failure }: Answer): void {
    if (isReady) {
      this.#unconfirmed = undefined;
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === undefined) waiting?.resolve(data);
    else waiting?.reject(launchFailed(failure));
  }

  /** A worker that never began is done without; one that ends later takes what it was doing along. */
  #fail(reason: string): void {
    const orders = this.#unconfirmed;
    if (orders === undefined) return this.#lose(reason);
    this.#unconfirmed = undefined;
    this.#worker = undefined;
    this.#team.dismiss(reason);
    let failure: unknown;
    for (const order of orders) {
      try {
        if ("write" in order) this.#team.write(order.write.address, order.write.data);
        if ("launch" in order) this.#team.launch({ ...order.launch, sharedWork: 0 });
      } catch (error) {
        failure ??= error;
      }
      if (!("read" in order)) continue;
      this.#answerHere(order.read, failure);
      failure = undefined;
    }
  }

  #answerHere({ id, address, bytes }: Read, failure: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === undefined) waiting?.resolve(this.#team.readSync(address, bytes));
    else waiting?.reject(failure);
  }

  #lose(reason: string): void {
    if (this.#worker === undefined) return;
    this.#lost = reason;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(launchFailed(reason));
    this.#waiting.clear();
  }
}
