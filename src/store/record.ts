/** Numbers and byte strings in sequence, big-endian: the letters in which rows are written. */

/** What a writer fills, and no other at the same time. */
interface Room {
  readonly array: Uint8Array;
  readonly view: DataView;
}

/** Room for most records. */
const USUAL_BYTES = 1024;

/** Waits for the next writer: most are done before another begins, and making a buffer takes longer than filling it. */
let spare: Room | undefined;

function takeRoom(capacity: number): Room {
  if (spare === undefined || capacity > USUAL_BYTES) {
    const array = new Uint8Array(Math.max(capacity, USUAL_BYTES));
    return { array, view: new DataView(array.buffer) };
  }
  const taken = spare;
  spare = undefined;
  return taken;
}

/** Appends to a buffer of known greatest length. */
export class RecordWriter {
  readonly #room: Room;
  readonly #array: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(capacity: number) {
    this.#room = takeRoom(capacity);
    this.#array = this.#room.array;
    this.#view = this.#room.view;
  }

  u8(value: number): void {
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  u64(value: bigint): void {
    this.#view.setBigUint64(this.#at, value);
    this.#at += 8;
  }

  /** Whole numbers are exact up to 2^53 either way. */
  f64(value: number): void {
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  /** The length, then the bytes. */
  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#array.set(value, this.#at);
    this.#at += value.length;
  }

  /** What was written, in a buffer of its own. The writer is done: it may not be used any more. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#array.length === USUAL_BYTES) spare = this.#room;
    return this.#array.slice(0, this.#at) as Uint8Array<ArrayBuffer>;
  }
}

/** Reads in the same order; RangeError past the end. */
export class RecordReader {
  readonly #array: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(array: Uint8Array) {
    this.#array = array;
    this.#view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  }

  u8(): number {
    this.#at += 1;
    return this.#view.getUint8(this.#at - 1);
  }

  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }

  u64(): bigint {
    this.#at += 8;
    return this.#view.getBigUint64(this.#at - 8);
  }

  f64(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8);
  }

  /** A view. */
  bytes(): Uint8Array {
    const length = this.u32();
    const start = this.#at;
    if (start + length > this.#array.length) throw new RangeError('past the end of the record');
    this.#at += length;
    return this.#array.subarray(start, this.#at);
  }
}
