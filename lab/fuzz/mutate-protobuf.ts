/** Changes of protobuf messages that leave them messages: fields go, come, swap and change, lengths are made right again. */

import { concatBytes } from '../../src/base/bytes.ts';
import type { SimRandom } from '../sim/random.ts';
import { EDGES, mutate, varint } from './mutate.ts';
import type { MutationSource } from './target.ts';

/** A field as it stands on the wire. */
interface Field {
  readonly number: number;
  /** Wire types 0 (a number) and 2 (bytes); 1 and 5 are kept as they are. */
  readonly wire: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);
/** Deeper than any message of BEP. */
const DEPTH = 6;

/** One to four changes. Bytes that are no message, and now and then any, are changed blindly. */
export function mutateProtobuf(input: Uint8Array, from: MutationSource, depth = 0): Uint8Array {
  const fields = parseFields(input);
  if (fields === undefined || (fields.length === 0 && from.random.chance(0.5))) {
    return mutate(input, from, 0x10000);
  }
  let changed = fields;
  for (let i = from.random.below(4); i >= 0; i--) changed = change(changed, from, depth);
  const bytes = concatBytes(changed.map(fieldBytes));
  return from.random.chance(0.1) ? mutate(bytes, from, 0x10000) : bytes;
}

function change(fields: readonly Field[], from: MutationSource, depth: number): Field[] {
  const { random } = from;
  const at = random.below(fields.length + 1);
  const field = fields[at];
  if (field === undefined) return [...fields, strayField(from)];
  switch (random.below(10)) {
    case 0:
      return fields.toSpliced(at, 1);
    case 1:
      return fields.toSpliced(at, 0, field);
    case 2:
      return fields.toSpliced(at, 0, strayField(from));
    case 3:
      return fields.toSpliced(at, 1).toSpliced(random.below(fields.length), 0, field);
    case 4:
      return fields.with(at, { ...field, number: random.between(1, 24) });
    case 5:
      return random.chance(0.1) ? fields.flatMap((each) => Array(20).fill(each)) : [...fields];
    default:
      return fields.with(at, changedValue(field, from, depth));
  }
}

function changedValue(field: Field, from: MutationSource, depth: number): Field {
  const { random, tokens } = from;
  if (field.wire === 0) return { ...field, value: numberFor(random, field.value) };
  if (field.wire !== 2) return field;
  if (tokens.length > 0 && random.chance(0.15)) return { ...field, bytes: random.pick(tokens) };
  const bytes =
    depth < DEPTH
      ? mutateProtobuf(field.bytes, from, depth + 1)
      : mutate(field.bytes, from, 0x10000);
  return { ...field, bytes };
}

function numberFor(random: SimRandom, before: bigint): bigint {
  if (random.chance(0.3)) return before + BigInt(random.between(-3, 3));
  return random.chance(0.5) ? random.pick(EDGES) : BigInt(random.below(64));
}

/** One that was not there: of another message, or made up. */
function strayField({ random, other, tokens }: MutationSource): Field {
  const others = parseFields(other) ?? [];
  if (others.length > 0 && random.chance(0.6)) return random.pick(others);
  const bytes =
    tokens.length > 0 && random.chance(0.5) ? random.pick(tokens) : random.bytes(random.below(9));
  const number = random.between(1, 24);
  return random.chance(0.5)
    ? { number, wire: 0, value: random.pick(EDGES), bytes: NOTHING }
    : { number, wire: 2, value: 0n, bytes };
}

/** undefined for what is no sequence of fields. */
function parseFields(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value < 8n || tag.value > 0xffff_ffffn) return undefined;
    const wire = Number(tag.value & 7n);
    const found = readValue(bytes, tag.next, wire);
    if (found === undefined) return undefined;
    fields.push({ number: Number(tag.value >> 3n), wire, ...found.field });
    at = found.next;
  }
  return fields;
}

function readValue(bytes: Uint8Array, at: number, wire: number) {
  if (wire === 0) {
    const read = readVarint(bytes, at);
    return read && { next: read.next, field: { value: read.value, bytes: NOTHING } };
  }
  if (wire === 1 || wire === 5) return readRaw(bytes, at, wire === 1 ? 8 : 4);
  const length = wire === 2 ? readVarint(bytes, at) : undefined;
  return length && readRaw(bytes, length.next, Number(length.value));
}

function readRaw(bytes: Uint8Array, at: number, length: number) {
  if (at + length > bytes.length) return undefined;
  return { next: at + length, field: { value: 0n, bytes: bytes.slice(at, at + length) } };
}

function readVarint(bytes: Uint8Array, from: number) {
  let value = 0n;
  for (let at = from; at < Math.min(bytes.length, from + 10); at++) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from));
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: at + 1 };
  }
  return undefined;
}

function fieldBytes({ number, wire, value, bytes }: Field): Uint8Array {
  const tag = varint(BigInt(number) * 8n + BigInt(wire));
  if (wire === 0) return concatBytes([tag, varint(value)]);
  if (wire !== 2) return concatBytes([tag, bytes]);
  return concatBytes([tag, varint(BigInt(bytes.length)), bytes]);
}
