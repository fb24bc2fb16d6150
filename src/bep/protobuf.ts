/**
 * What the messages need of protobuf, over the wire reader of @bufbuild/protobuf: tags, fields and bounds. Unknown fields,
 * and known ones of another wire type, are passed over. Source: Protocol Buffers encoding.
 */

import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { KithError } from '../base/error.ts';
import { malformed } from './protobuf-values.ts';

export type Reader = BinaryReader;
export type Writer = BinaryWriter;

/** The tag of field `field` as a number. */
export function varintTag(field: number): number {
  return field << 3;
}

/** The tag of field `field` as text, bytes or a message. */
export function bytesTag(field: number): number {
  return (field << 3) | 2;
}

/** Reads one message with `read`, which is given where it ends. What the bytes do wrong becomes WIRE_MALFORMED. */
export function decodeMessage<T>(bytes: Uint8Array, read: (from: Reader, end: number) => T): T {
  try {
    return read(new BinaryReader(bytes), bytes.length);
  } catch (error) {
    // A TypeError is never the reader's complaint about bytes but a mistake in here.
    if (error instanceof KithError || error instanceof TypeError) throw error;
    throw malformed('protobuf', error);
  }
}

/** Bytes of a message up to which its writer is kept: one that has held more would hold its memory on. */
const USUAL_BYTES = 16_384;

/** Waits for the next message: a writer keeps the buffer that it has made. */
let spare: BinaryWriter | undefined;

/** Bytes of one message that `write` fills. */
export function encodeMessage(write: (to: Writer) => void): Uint8Array {
  const to = spare ?? new BinaryWriter();
  // Not there for a message within this one, nor if this one fails.
  spare = undefined;
  write(to);
  const bytes = to.finish();
  if (bytes.length <= USUAL_BYTES) spare = to;
  return bytes;
}

/** Calls `field` with each tag up to `end`; it reads the value and returns true, or leaves it to be passed over. */
export function readFields(from: Reader, end: number, field: (tag: number) => boolean): void {
  while (from.pos < end) {
    const tag = from.uint32();
    if (tag < 8) throw malformed('field number');
    if (!field(tag)) from.skip(tag & 7, tag >>> 3);
  }
  if (from.pos !== end) throw malformed('field beyond its message');
}

/** Where the message ends whose length comes next; never beyond `end`. */
export function readEnd(from: Reader, end: number): number {
  const length = from.uint32();
  if (from.pos + length > end) throw malformed('message beyond its parent');
  return from.pos + length;
}
