/**
 * Whether an Arrow file's own description of itself can be true: every list it names lies within it, and no batch has more
 * rows than it has room for. The decoder believes what it reads, and would walk over four billion entries of a damaged
 * file. Source: the Arrow columnar format, "Encapsulated message format", and FlatBuffers' internals.
 */

/** @throws Error where a message of the file or stream `bytes` says what cannot be. */
export function checkArrow(bytes: Uint8Array): void {
  const isFile = String.fromCharCode(...bytes.subarray(0, 6)) === "ARROW1";
  const most = Math.max(2 ** 20, bytes.length * 4096);
  if (!isFile) {
    for (let index = 0; index >= 0; ) index = checkMessage(bytes, index, most);
    return;
  }
  const end = bytes.length - 10;
  const footer = new Flat(bytes);
  const root = footer.table(end - footer.int(end));
  footer.each(root, 8, 24, (block) => checkMessage(bytes, footer.size(block), most));
  footer.each(root, 10, 24, (block) => checkMessage(bytes, footer.size(block), most));
  footer.within(root, 6, (schema) => checkSchema(footer, schema));
  checkMetadata(footer, root, 12);
}

/** Checks the message at `index` and says where the next begins; −1 where there is none. */
function checkMessage(bytes: Uint8Array, index: number, most: number): number {
  if (index + 4 > bytes.length) return -1;
  const whole = new Flat(bytes);
  let from = index + 4;
  let length = whole.int(index);
  if (length === -1) {
    if (from + 4 > bytes.length) return -1;
    length = whole.int(from);
    from += 4;
  }
  if (length === 0) return -1;
  if (length < 0 || from + length > bytes.length) throw new Error("a message is cut off");
  const head = new Flat(bytes.subarray(from, from + length));
  const root = head.table(0);
  const kind = head.field(root, 6) === 0 ? 0 : head.byte(head.field(root, 6));
  const place = head.field(root, 10);
  const body = place === 0 ? 0 : head.size(place);
  if (from + length + body > bytes.length) throw new Error("a batch is cut off");
  head.within(root, 8, (content) => {
    if (kind === 1) checkSchema(head, content);
    if (kind === 2) head.within(content, 6, (batch) => checkBatch(head, batch, body, most));
    if (kind === 3) checkBatch(head, content, body, most);
  });
  return from + length + body;
}

function checkSchema(flat: Flat, schema: number): void {
  flat.each(schema, 6, 4, (place) => checkField(flat, flat.table(place), 0));
  checkMetadata(flat, schema, 8);
}

function checkField(flat: Flat, field: number, depth: number): void {
  if (depth > 64) throw new Error("columns are nested too deeply");
  flat.each(field, 4, 1);
  flat.each(field, 14, 4, (place) => checkField(flat, flat.table(place), depth + 1));
  checkMetadata(flat, field, 16);
}

function checkMetadata(flat: Flat, table: number, slot: number): void {
  flat.each(table, slot, 4, (place) => {
    const pair = flat.table(place);
    flat.each(pair, 4, 1);
    flat.each(pair, 6, 1);
  });
}

function checkBatch(flat: Flat, batch: number, body: number, most: number): void {
  const rows = flat.field(batch, 4);
  if (rows !== 0 && flat.size(rows) > most) throw new Error(`a batch says that it has ${flat.size(rows)} rows`);
  flat.each(batch, 6, 16, (node) => {
    if (flat.size(node) > most) throw new Error(`a column says that it has ${flat.size(node)} rows`);
  });
  flat.each(batch, 8, 16, (region) => {
    if (flat.size(region) + flat.size(region + 8) > body) throw new Error("a column lies outside of its batch");
  });
  flat.each(batch, 12, 8);
}

/** Reads FlatBuffers, and nothing outside of them: a view throws a RangeError there. */
class Flat {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(place: number): number {
    return this.#view.getUint8(place);
  }

  int(place: number): number {
    return this.#view.getInt32(place, true);
  }

  /** A count of 64 bits. */
  size(place: number): number {
    const value = this.#view.getBigInt64(place, true);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`a size is ${value}`);
    return Number(value);
  }

  /** The table that the offset at `place` points to. */
  table(place: number): number {
    return place + this.int(place);
  }

  /** Where the field in that slot of `table` lies, 0 where it is left out. */
  field(table: number, slot: number): number {
    const slots = table - this.int(table);
    if (slot >= this.#view.getInt16(slots, true)) return 0;
    const offset = this.#view.getInt16(slots + slot, true);
    return offset === 0 ? 0 : table + offset;
  }

  /** Visits the table in that slot, if there is one. */
  within(table: number, slot: number, visit: (table: number) => void): void {
    const place = this.field(table, slot);
    if (place !== 0) visit(this.table(place));
  }

  /** Visits the items, of `size` bytes each, of the list in that slot, if there is one; all of them have to be there. */
  each(table: number, slot: number, size: number, visit?: (item: number) => void): void {
    const place = this.field(table, slot);
    if (place === 0) return;
    const list = this.table(place);
    const count = this.int(list);
    if (count < 0 || list + 4 + count * size > this.#view.byteLength)
      throw new Error(`a list says that it has ${count} items`);
    if (visit !== undefined) for (let index = 0; index < count; index++) visit(list + 4 + index * size);
  }
}
