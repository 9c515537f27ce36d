/**
 * Requests that come at the same time are answered together: while one batch runs, others wait, and go into the next. A
 * row's answer does not depend on its company.
 */
import { type Answers, type EncodedRows, sliceAnswers } from "../../systems/answers.ts";

/** Rows of a request that waits, and how it learns what became of it. */
interface Waiting {
  readonly rows: EncodedRows;
  readonly resolve: (answers: Answers) => void;
  readonly reject: (error: unknown) => void;
}

/** Rows in a batch at most, unless one request alone has more. */
const batchRows = 8192;

/** Answers rows in batches, one batch at a time, in the order in which they came. */
export class Batcher {
  readonly #answer: (rows: EncodedRows) => Promise<Answers>;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;
  /** Batches run so far: tests count them. */
  batches = 0;

  constructor(answer: (rows: EncodedRows) => Promise<Answers>) {
    this.#answer = answer;
  }

  /** Rows that wait for their answer now. */
  get waitingRows(): number {
    return this.#waiting.reduce((sum, { rows }) => sum + rows.count, 0);
  }

  /** The answers for `rows`, alone or together with those of others. */
  answer(rows: EncodedRows): Promise<Answers> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject });
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Requests whose bytes have come already get in, too
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) await this.#runBatch(batch);
    this.#isRunning = false;
  }

  #takeBatch(): Waiting[] {
    let rows = 0;
    const end = this.#waiting.findIndex((each) => {
      rows += each.rows.count;
      return rows > batchRows;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : Math.max(1, end));
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    this.batches++;
    try {
      const answers = await this.#answer(joinRows(batch.map(({ rows }) => rows)));
      let start = 0;
      for (const { rows, resolve } of batch) {
        resolve(sliceAnswers(answers, start, start + rows.count));
        start += rows.count;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

/** The rows of all parts, which have the same width, one after the other. */
function joinRows(parts: readonly EncodedRows[]): EncodedRows {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? { count: 0, width: 0, values: new Float32Array() };
  const { width } = first;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const values =
    first.values instanceof Float64Array ? new Float64Array(count * width) : new Float32Array(count * width);
  let start = 0;
  for (const part of parts) {
    values.set(part.values, start);
    start += part.values.length;
  }
  return { count, width, values };
}
