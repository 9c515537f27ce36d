/**
 * Pictures in Parquet files: a column of bytes, or of structures { bytes, path } as Hugging Face's datasets have them, beside a
 * column of labels. What metadata say of the names of labels is believed. Pages are checked before they are decoded.
 */
import { type FileMetaData, parquetMetadataAsync, parquetReadObjects, parquetSchema, type SchemaTree } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { DataError } from "../../support/errors.ts";
import { didYouMean } from "../../support/nearestName.ts";
import type { ByteSource } from "../byteSource.ts";
import { bufferOf, checkMetadata, damaged, readable } from "../parquet.ts";
import { checkPages } from "../parquetPages.ts";
import type { EncodedPicture, PictureSource } from "./pictureSource.ts";

/** Which columns have what. */
export interface ImageParquetColumns {
  /** Default: the first that holds bytes. */
  readonly image?: string | undefined;
  /** Default: the first of `label`, `class`, `category`, `target`, `fine_label`. */
  readonly label?: string | undefined;
}

const labelNames = ["label", "class", "category", "target", "fine_label"];

/**
 * The pictures of a Parquet file; undefined where no column can hold any.
 * @returns the source, with the name of the column of labels
 * @throws DataError where the file is damaged, or a column that was named is not there.
 *
 * @example
 * ```ts no-run
 * import { openImages } from "smilodon/data";
 * import { fileSource, openImageParquet, sharpDecoder } from "smilodon/node";
 * const pictures = await openImageParquet(await fileSource("train-00000-of-00001.parquet"));
 * if (pictures) console.log((await openImages(pictures, { decoder: sharpDecoder(), width: 32, height: 32 })).classes);
 * ```
 */
export async function openImageParquet(
  source: ByteSource,
  { image, label }: ImageParquetColumns = {},
): Promise<(PictureSource & { readonly target: string }) | undefined> {
  const metadata = await readable(() => parquetMetadataAsync(bufferOf(source)));
  checkMetadata(metadata, source.size);
  const { children } = await readable(async () => parquetSchema(metadata));
  const column =
    image === undefined ? children.find(holdsBytes) : children.find(({ element }) => element.name === image);
  if (column === undefined && image === undefined) return undefined;
  const names = children.map(({ element }) => element.name);
  const target = label ?? labelNames.find((name) => names.includes(name));
  if (column === undefined || target === undefined || !names.includes(target))
    throw new DataError(missingMessage(source.name, names, { image, label }), { image, label });
  const plan = { source, metadata, column, target, words: wordsOfLabels(metadata, target) };
  return {
    name: source.name,
    mark: JSON.stringify({ parquet: source.name, size: source.size, image: column.element.name, target }),
    count: Number(metadata.num_rows),
    target,
    pictures: (skip) => picturesIn(plan, skip ?? 0),
  };
}

/** Has `source`, a Parquet file, a column whose first bytes are those of a picture? @throws DataError where it is damaged. */
export async function holdsImageBytes(source: ByteSource): Promise<boolean> {
  const metadata = await readable(() => parquetMetadataAsync(bufferOf(source)));
  checkMetadata(metadata, source.size);
  const column = await readable(async () => parquetSchema(metadata).children.find(holdsBytes));
  if (column === undefined || metadata.num_rows === 0n) return false;
  // Older files have text without saying so
  const plan = { source, metadata, column, target: column.element.name, words: undefined };
  for await (const { bytes } of picturesIn(plan, 0))
    return beginsAsPicture(await bytes().catch(() => new Uint8Array()));
  return false;
}

/** First bytes of JPEG, PNG, GIF, WebP (after its size), BMP, TIFF and AVIF. */
const beginnings = [
  /^\xff\xd8\xff/,
  /^\x89PNG/,
  /^GIF8/,
  /^RIFF.{4}WEBP/s,
  /^BM/,
  /^II\*\0/,
  /^MM\0\*/,
  /^.{4}ftypavi/s,
];

function beginsAsPicture(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  return beginnings.some((beginning) => beginning.test(head));
}

function missingMessage(file: string, names: readonly string[], { image, label }: ImageParquetColumns): string {
  const asked = image !== undefined && !names.includes(image) ? image : label;
  if (asked === undefined)
    return `${file}: it holds pictures, and no column is called ${labelNames.join(", ")}. Name the column of labels; there are ${names.join(", ")}.`;
  return `${file}: there is no column "${asked}".${didYouMean(asked, names)} There are ${names.join(", ")}.`;
}

/** Bytes that are not said to be text, by themselves or as the field `bytes` of a structure. */
function holdsBytes({ element, children }: SchemaTree): boolean {
  if (element.repetition_type === "REPEATED") return false;
  if (children.length > 0) return children.some((child) => child.element.name === "bytes" && holdsBytes(child));
  const isText = element.logical_type !== undefined || element.converted_type !== undefined;
  return element.type === "BYTE_ARRAY" && !isText;
}

interface Plan {
  readonly source: ByteSource;
  readonly metadata: FileMetaData;
  readonly column: SchemaTree;
  readonly target: string;
  readonly words: readonly string[] | undefined;
}

async function* picturesIn(plan: Plan, skip: number): AsyncGenerator<EncodedPicture> {
  const { source, metadata, column, target, words } = plan;
  let start = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const count = Number(group.num_rows);
    const [from, end] = [Math.max(start, skip), start + count];
    start = end;
    if (from >= end) continue;
    await checkGroup(plan, index);
    const name = column.element.name;
    const rows = await readable(() =>
      parquetReadObjects({
        file: bufferOf(source),
        metadata,
        columns: [name, target],
        rowStart: from,
        rowEnd: end,
        compressors,
        utf8: false,
      }),
    );
    for (const [place, row] of rows.entries()) yield pictureOf(row[name], labelOf(row[target], words), from + place);
  }
}

/** Looks at the pages of the columns that are read: a damaged count must not be believed. */
async function checkGroup({ source, metadata, column, target }: Plan, index: number): Promise<void> {
  const group = metadata.row_groups[index];
  for (const { meta_data: data } of group?.columns ?? []) {
    const [name, field] = data?.path_in_schema ?? [];
    if (data === undefined || (name !== column.element.name && name !== target)) continue;
    const tree = parquetSchema(metadata).children.find(({ element }) => element.name === name);
    const leaf = field === undefined ? tree : tree?.children.find(({ element }) => element.name === field);
    if (tree === undefined || leaf === undefined || leaf.children.length > 0 || data.path_in_schema.length > 2)
      throw damaged(`column "${data.path_in_schema.join(".")}" is not one of the schema`);
    const start = Number(data.dictionary_page_offset || data.data_page_offset);
    const end = start + Number(data.total_compressed_size);
    if (!(start >= 0 && start <= end && end <= source.size)) throw damaged(`column "${name}" lies outside the file`);
    const bytes = await source.read(start, end);
    const levels = [tree, ...(leaf === tree ? [] : [leaf])].filter(
      ({ element }) => element.repetition_type !== "REQUIRED",
    );
    await readable(async () =>
      checkPages({
        bytes,
        rows: Number(group?.num_rows ?? 0),
        type: data.type,
        codec: data.codec,
        typeLength: leaf.element.type_length,
        levels: levels.length,
      }),
    );
  }
}

function pictureOf(cell: unknown, label: string | undefined, row: number): EncodedPicture {
  const isStructure = cell !== null && typeof cell === "object" && !(cell instanceof Uint8Array);
  const bytes: unknown = isStructure ? Reflect.get(cell, "bytes") : cell;
  const path: unknown = isStructure ? Reflect.get(cell, "path") : undefined;
  const known = typeof path === "string" && path !== "" ? `, ${path}` : "";
  return {
    name: `row ${row}${known}`,
    label,
    bytes: async () => {
      if (bytes instanceof Uint8Array) return bytes;
      throw new DataError("there are no bytes in the row.", { row });
    },
  };
}

function labelOf(cell: unknown, words: readonly string[] | undefined): string | undefined {
  if (cell === null || cell === undefined) return undefined;
  if (cell instanceof Uint8Array) return new TextDecoder().decode(cell);
  return words?.[Number(cell)] ?? String(cell);
}

/** Names of classes, where the metadata of Hugging Face's datasets have them. */
function wordsOfLabels({ key_value_metadata: entries }: FileMetaData, target: string): readonly string[] | undefined {
  const text = entries?.find(({ key }) => key === "huggingface")?.value;
  let found: unknown;
  try {
    found = JSON.parse(text ?? "null");
  } catch {
    return undefined;
  }
  for (const key of ["info", "features", target, "names"])
    found =
      found !== null && typeof found === "object" && Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined;
  const isList = Array.isArray(found) && found.every((name) => typeof name === "string");
  return isList ? (found as readonly string[]) : undefined;
}
