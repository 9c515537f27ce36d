/** Pictures sent as they are: the bytes of a file in, one answer out. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { ImageModel } from "../../systems/vision/model.ts";
import { pictureAnswerSchema } from "./schemas.ts";
import { contentTypeOf, Refusal, readBytes, type Service } from "./service.ts";

/** Pictures that are decoded and answered at the same time: more wait, so that memory stays in bounds. */
const mostAtOnce = 4;

/** Answers pictures. */
export class PictureService implements Service {
  readonly #model: ImageModel;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(model: ImageModel) {
    this.#model = model;
  }

  describe() {
    const { system, name, input, output } = this.#model;
    return {
      is: "a trained system of Smilodon",
      system,
      run: name,
      input: { pictures: "JPEG, PNG, WebP, GIF, TIFF or AVIF, of any size", becomes: input },
      output,
      paths: {
        "GET /schema": "what answers look like (JSON Schema)",
        "POST /predict": 'the bytes of a picture, with its Content-Type (image/…) → { "answers": [ … ] }',
      },
    };
  }

  schemas() {
    return { request: { contentMediaType: "image/*" }, response: z.toJSONSchema(pictureAnswerSchema) };
  }

  async predict(request: IncomingMessage, mostBytes: number): Promise<unknown> {
    const type = contentTypeOf(request);
    if (!type.startsWith("image/") && type !== "application/octet-stream")
      throw new Refusal(
        415,
        "not-picture",
        "Send the bytes of a picture with its header, for example Content-Type: image/jpeg.",
      );
    const bytes = await readBytes(request, mostBytes);
    if (bytes.length === 0) throw new Refusal(400, "empty", "The body is empty. Send the bytes of a picture.");
    return { answers: await this.#inTurn(() => this.#model.predict([bytes])) };
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= mostAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
