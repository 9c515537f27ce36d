/** Rows sent as JSON, answered together where they come together. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { complaintOf } from "../../io/checked.ts";
import { answerAt, countOf } from "../../systems/answers.ts";
import type { Model, Row } from "../../systems/model.ts";
import { Batcher } from "./batcher.ts";
import { requestSchema, responseSchema } from "./schemas.ts";
import { contentTypeOf, Refusal, readText, type Service } from "./service.ts";

/** Answers rows. */
export class TableService implements Service {
  readonly #model: Model;
  readonly #batcher: Batcher;
  readonly #request: ReturnType<typeof requestSchema>;

  constructor(model: Model) {
    this.#model = model;
    this.#batcher = new Batcher((rows) => model.answer(rows));
    this.#request = requestSchema(model.inputs);
  }

  describe() {
    const { system, inputs, output, name } = this.#model;
    return {
      is: "a trained system of Smilodon",
      system,
      run: name,
      inputs: inputs.map(({ name: column, kind }) => ({ name: column, kind })),
      output,
      paths: {
        "GET /schema": "what requests and answers look like (JSON Schema)",
        "POST /predict": '{ "rows": [{ "column": value, … }] } → { "answers": […] }',
      },
    };
  }

  schemas() {
    return { request: z.toJSONSchema(this.#request), response: z.toJSONSchema(responseSchema) };
  }

  async predict(request: IncomingMessage, mostBytes: number): Promise<unknown> {
    if (contentTypeOf(request) !== "application/json")
      throw new Refusal(415, "not-json", "Send JSON with the header: Content-Type: application/json.");
    const { rows, explain = false } = this.#read(await readText(request, mostBytes));
    this.#checkColumns(rows);
    const encoded = this.#model.encode(rows);
    const answers = await this.#batcher.answer(encoded);
    const list = Array.from({ length: countOf(answers) }, (_, row) => answerAt(answers, row));
    return explain ? { answers: list, explanations: await this.#model.explain(rows) } : { answers: list };
  }

  #read(body: string): { rows: Row[]; explain?: boolean | undefined } {
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch (error) {
      throw new Refusal(400, "not-json", `The body is not JSON: ${error instanceof Error ? error.message : ""}.`);
    }
    const result = this.#request.safeParse(value);
    if (!result.success) {
      const { place, problem } = complaintOf(result.error, value);
      throw new Refusal(422, "wrong-form", `${place === "" ? "The body" : place} ${problem}. See GET /schema.`, place);
    }
    // The schema has looked at the columns that the model takes; of others nothing is kept
    const names = this.#model.inputs.map(({ name }) => name);
    const rows = result.data.rows.map((row) =>
      Object.fromEntries(names.flatMap((name) => (Object.hasOwn(row, name) ? [[name, cellOf(row[name])]] : []))),
    );
    return { rows, explain: result.data.explain };
  }

  /** A column that no row has is a mistake; one that some rows lack is a missing cell. */
  #checkColumns(rows: readonly Row[]): void {
    for (const { name } of this.#model.inputs) {
      if (!rows.some((row) => Object.hasOwn(row, name)))
        throw new Refusal(422, "missing-column", `No row has "${name}". Send it, or null where it is not known.`, name);
    }
  }
}

function cellOf(value: unknown): string | number | boolean | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
