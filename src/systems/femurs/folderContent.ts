/**
 * Reads the JSON files of a saved system, checking every value: a file may be old, edited or hostile. Messages begin with
 * the path and name the place in the file.
 */
import type { ConformalRule } from "../../audit/conformal.ts";
import type { ScopeRule } from "../../audit/scope.ts";
import type { Standardization } from "../../data/standardization.ts";
import { DataError } from "../../support/errors.ts";
import { features } from "./features.ts";
import type { Origin } from "./system.ts";

/** What config.json holds. */
export interface Config {
  readonly origin: Origin;
  readonly standardization: Standardization;
  /** SHA-256 of the other files, by their path within the folder. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 of `sealed`. */
  readonly seal: string;
  /** The rest of the file as JSON without blanks. */
  readonly sealed: string;
}

/** config.json. @throws DataError where it is not one of this version. */
export function readConfig(path: string, text: string, version: number): Config {
  const content = readJson(path, text);
  const config = new Place(path, content);
  const system = config.get("system").text();
  if (system !== "femurs") throw config.get("system").error(`is "${system}", and "femurs" is expected`);
  const found = config.get("version").number();
  if (found !== version) throw config.get("version").error(`is ${found}; this Smilodon reads version ${version}`);
  const statistics = config.get("standardization");
  return {
    origin: { seed: config.get("origin").get("seed").number(), bones: config.get("origin").get("bones").number() },
    standardization: {
      means: statistics.get("means").numbers(features.length),
      deviations: statistics.get("deviations").numbers(features.length, { isPositive: true }),
    },
    files: readFiles(config.get("files")),
    seal: config.get("seal").text(),
    sealed: JSON.stringify(content, (key, value: unknown) => (key === "seal" ? undefined : value)),
  };
}

/** care/calibration.json. @throws DataError. */
export function readCalibration(path: string, text: string): { temperature: number; sets: ConformalRule } {
  const place = new Place(path, readJson(path, text));
  const sets = place.get("sets");
  // JSON has no Infinity: a rule from too few samples is null there.
  const threshold = sets.get("threshold").isNull() ? Number.POSITIVE_INFINITY : sets.get("threshold").number();
  return {
    temperature: place.get("temperature").number({ isPositive: true }),
    sets: { alpha: sets.get("alpha").number(), threshold, samples: sets.get("samples").number() },
  };
}

/** care/scope.json. @throws DataError. */
export function readScope(path: string, text: string): ScopeRule {
  const place = new Place(path, readJson(path, text));
  const rows = place.get("rows").numbers(undefined, { isPositive: true });
  const neighbours = place.get("neighbours").number({ isPositive: true });
  if (rows.length % features.length !== 0 || rows.length / features.length <= neighbours) {
    throw place.get("rows").error(`holds ${rows.length} values, which are not enough whole rows of ${features.length}`);
  }
  if (place.get("scale").text() !== "logarithm") throw place.get("scale").error('has to be "logarithm"');
  return {
    features: features.map(({ name }) => name),
    scale: "logarithm",
    neighbours,
    withheldShare: place.get("withheldShare").number({ isPositive: true }),
    threshold: place.get("threshold").number({ isPositive: true }),
    rows,
    distances: place.get("distances").numbers(rows.length / features.length),
  };
}

/** `text` as JSON. @throws DataError. */
export function readJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { path });
  }
}

function readFiles(place: Place): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [file, value] of place.entries()) {
    // A path that leaves the folder is never followed.
    if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/.test(file))
      throw value.error("is not a path within the folder");
    files[file] = value.text();
  }
  return files;
}

/** A value in a JSON file with its place, for messages. */
class Place {
  readonly #path: string;
  readonly #value: unknown;
  readonly #name: string;

  constructor(path: string, value: unknown, name = "") {
    this.#path = path;
    this.#value = value;
    this.#name = name;
  }

  get(key: string): Place {
    return new Place(this.#path, this.#object()[key], this.#name === "" ? key : `${this.#name}.${key}`);
  }

  entries(): [string, Place][] {
    return Object.keys(this.#object()).map((key) => [key, this.get(key)]);
  }

  isNull(): boolean {
    return this.#value === null;
  }

  text(): string {
    if (typeof this.#value === "string") return this.#value;
    throw this.error(`has to be text, and is ${this.#shown()}`);
  }

  number({ isPositive = false }: { isPositive?: boolean } = {}): number {
    const value = this.#value;
    if (typeof value === "number" && Number.isFinite(value) && (!isPositive || value > 0)) return value;
    throw this.error(`has to be a number${isPositive ? " above 0" : ""}, and is ${this.#shown()}`);
  }

  numbers(count: number | undefined, limits: { isPositive?: boolean } = {}): number[] {
    if (!Array.isArray(this.#value) || (count !== undefined && this.#value.length !== count)) {
      throw this.error(`has to be a list of ${count ?? "some"} numbers, and is ${this.#shown()}`);
    }
    const values: readonly unknown[] = this.#value;
    return values.map((value, index) => new Place(this.#path, value, `${this.#name}[${index}]`).number(limits));
  }

  error(what: string): DataError {
    return new DataError(
      `${this.#path}: ${this.#name === "" ? "the file" : this.#name} ${what}. Make the folder again.`,
      {
        path: this.#path,
        place: this.#name,
      },
    );
  }

  #object(): Record<string, unknown> {
    const value = this.#value;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return Object.fromEntries(Object.entries(value));
    throw this.error(`has to be an object, and is ${this.#shown()}`);
  }

  #shown(): string {
    const text = JSON.stringify(this.#value) ?? "missing";
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
  }
}
