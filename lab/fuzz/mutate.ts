/** Blind changes of an input: bits, bytes, numbers, pieces of itself, of others and of a dictionary. */

import { concatBytes } from '../../src/base/bytes.ts';
import type { SimRandom } from '../sim/random.ts';
import type { MutationSource } from './target.ts';

/** Numbers at which programs differ from what was meant. */
export const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  8n,
  15n,
  16n,
  31n,
  32n,
  127n,
  128n,
  255n,
  256n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x10000n,
  999_999_999n,
  1_000_000_000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1f_ffff_ffff_ffffn,
  0x20_0000_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_ffff_ffffn,
];

type Change = (input: Uint8Array, from: MutationSource) => Uint8Array;

/** One to eight changes, one upon the other; at most `maxBytes` long. A fresh array. */
export function mutate(input: Uint8Array, from: MutationSource, maxBytes: number): Uint8Array {
  let bytes: Uint8Array = input.slice();
  const times = 1 << from.random.below(4);
  for (let i = 0; i < times; i++) bytes = from.random.pick(CHANGES)(bytes, from);
  return bytes.length > maxBytes ? bytes.slice(0, maxBytes) : bytes;
}

/** A number as a varint of ten bytes at most. */
export function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  stepByte,
  insertBytes,
  cutOut,
  cutOut,
  cutEnd,
  repeat,
  moveRange,
  setNumber,
  insertVarint,
  insertToken,
  insertToken,
  overwriteToken,
  splice,
  insertOther,
];

function flipBit(input: Uint8Array, { random }: MutationSource): Uint8Array {
  if (input.length === 0) return input;
  const at = random.below(input.length);
  input[at] = (input[at] ?? 0) ^ (1 << random.below(8));
  return input;
}

function setByte(input: Uint8Array, { random }: MutationSource): Uint8Array {
  if (input.length > 0) input[random.below(input.length)] = random.below(256);
  return input;
}

function stepByte(input: Uint8Array, { random }: MutationSource): Uint8Array {
  if (input.length === 0) return input;
  const at = random.below(input.length);
  input[at] = (input[at] ?? 0) + random.between(-8, 8);
  return input;
}

function insertBytes(input: Uint8Array, { random }: MutationSource): Uint8Array {
  return putIn(input, random.bytes(random.between(1, 8)), random);
}

function cutOut(input: Uint8Array, { random }: MutationSource): Uint8Array {
  const { start, end } = rangeOf(input, random);
  return concatBytes([input.subarray(0, start), input.subarray(end)]);
}

function cutEnd(input: Uint8Array, { random }: MutationSource): Uint8Array {
  return input.slice(0, random.below(input.length + 1));
}

/** Now and then very often, for what grows faster than its input. */
function repeat(input: Uint8Array, { random }: MutationSource): Uint8Array {
  const { start, end } = rangeOf(input, random);
  const times = random.chance(0.05) ? random.between(100, 4000) : random.between(1, 4);
  const most = Math.floor(0x10000 / Math.max(1, end - start));
  const piece = input.subarray(start, end);
  const pieces = Array.from({ length: Math.min(times, most) }, () => piece);
  return concatBytes([input.subarray(0, end), ...pieces, input.subarray(end)]);
}

function moveRange(input: Uint8Array, { random }: MutationSource): Uint8Array {
  const { start, end } = rangeOf(input, random);
  const rest = concatBytes([input.subarray(0, start), input.subarray(end)]);
  return putIn(rest, input.slice(start, end), random);
}

function setNumber(input: Uint8Array, { random }: MutationSource): Uint8Array {
  const width = random.pick([2, 4, 8]);
  if (input.length < width) return input;
  const bytes = new Uint8Array(8);
  const isLittle = random.chance(0.3);
  const value = random.chance(0.3) ? BigInt(random.below(0x10000)) : random.pick(EDGES);
  new DataView(bytes.buffer).setBigUint64(0, value, isLittle);
  const part = isLittle ? bytes.subarray(0, width) : bytes.subarray(8 - width);
  input.set(part, random.below(input.length - width + 1));
  return input;
}

function insertVarint(input: Uint8Array, { random }: MutationSource): Uint8Array {
  return putIn(input, varint(random.pick(EDGES)), random);
}

function insertToken(input: Uint8Array, { random, tokens }: MutationSource): Uint8Array {
  return tokens.length === 0 ? input : putIn(input, random.pick(tokens), random);
}

function overwriteToken(input: Uint8Array, { random, tokens }: MutationSource): Uint8Array {
  if (tokens.length === 0) return input;
  const token = random.pick(tokens);
  const at = random.below(input.length + 1);
  return concatBytes([input.subarray(0, at), token, input.subarray(at + token.length)]);
}

function splice(input: Uint8Array, { random, other }: MutationSource): Uint8Array {
  return concatBytes([
    input.subarray(0, random.below(input.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
}

function insertOther(input: Uint8Array, { random, other }: MutationSource): Uint8Array {
  const { start, end } = rangeOf(other, random);
  return putIn(input, other.slice(start, end), random);
}

function putIn(input: Uint8Array, piece: Uint8Array, random: SimRandom): Uint8Array {
  const at = random.below(input.length + 1);
  return concatBytes([input.subarray(0, at), piece, input.subarray(at)]);
}

/** Short ones more often than long ones. */
function rangeOf(input: Uint8Array, random: SimRandom): { start: number; end: number } {
  const start = random.below(input.length + 1);
  const most = input.length - start;
  const length = random.chance(0.7)
    ? random.between(0, Math.min(16, most))
    : random.between(0, most);
  return { start, end: start + length };
}
