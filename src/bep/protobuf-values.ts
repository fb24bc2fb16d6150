/** Single values of protobuf messages: exact numbers, strict text, copies. Source: Protocol Buffers encoding. */

import type { BinaryReader } from '@bufbuild/protobuf/wire';
import { KithError } from '../base/error.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A number of up to 64 bits that JavaScript holds exactly; WIRE_MALFORMED else. May be negative. */
export function readSafeInt(from: BinaryReader): number {
  const value = Number(from.int64());
  if (!Number.isSafeInteger(value)) throw malformed('number out of range');
  return value;
}

/** An unsigned number of 64 bits. */
export function readUint64(from: BinaryReader): bigint {
  return BigInt(from.uint64());
}

/** Text that must be UTF-8; WIRE_MALFORMED else. For names. */
export function readName(from: BinaryReader): string {
  const bytes = from.bytes();
  try {
    return strict.decode(bytes);
  } catch (error) {
    throw malformed('text is not UTF-8', error);
  }
}

/** Text for people: what is not UTF-8 is shown as U+FFFD, since old devices let it through. */
export function readText(from: BinaryReader): string {
  return from.string();
}

/** A copy of a field's bytes. */
export function readCopy(from: BinaryReader): Uint8Array {
  return from.bytes().slice();
}

/** The error for bytes that are no message. */
export function malformed(reason: string, cause?: unknown): KithError {
  return new KithError('WIRE_MALFORMED', { reason }, cause);
}
