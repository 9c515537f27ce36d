/** What a server of answers is made of, whatever it answers: `server.ts` has the paths and who may ask. */
import type { IncomingMessage } from "node:http";

/** Answers requests about one model. */
export interface Service {
  /** What it is: GET /. */
  describe(): unknown;
  /** What it takes and gives, as JSON Schema: GET /schema. */
  schemas(): unknown;
  /** POST /predict. @throws Refusal, DataError. */
  predict(request: IncomingMessage, mostBytes: number): Promise<unknown>;
}

/** A refusal with its HTTP status. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly place: string | undefined;

  constructor(status: number, code: string, message: string, place?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.place = place;
  }
}

/** The body of a request. @throws Refusal where it has more than `mostBytes`. */
export async function readBytes(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const tooLarge = new Refusal(
    413,
    "too-large",
    `The request has more than ${mostBytes.toLocaleString("en-US")} bytes. Send less at a time, or start the server with a larger --limit.`,
  );
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body as text. @throws Refusal where it has more than `mostBytes`, or is not UTF-8. */
export async function readText(request: IncomingMessage, mostBytes: number): Promise<string> {
  const bytes = await readBytes(request, mostBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, "not-text", "The body is not UTF-8 text.");
  }
}

/** What kind of content a request says that it has, in small letters. */
export function contentTypeOf({ headers }: IncomingMessage): string {
  return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}
