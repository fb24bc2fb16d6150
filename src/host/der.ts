/** Writes DER, as much of it as a certificate needs. Source: X.690, distinguished encoding rules. */

import { concatBytes } from '../base/bytes.ts';

/** A value with its tag and length in front. Constructed values are given their parts in order. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(parts);
  return concatBytes([Uint8Array.of(tag, ...lengthBytes(content.length)), content]);
}

/** SEQUENCE of the parts. */
export function derSequence(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...parts);
}

/** INTEGER from an unsigned big-endian number of any length; no bytes are 0. */
export function derInteger(unsigned: Uint8Array): Uint8Array {
  if (unsigned.length === 0) return der(0x02, Uint8Array.of(0));
  let at = 0;
  while (at < unsigned.length - 1 && unsigned[at] === 0) at++;
  const bytes = unsigned.subarray(at);
  const isHigh = ((bytes[0] ?? 0) & 0x80) !== 0;
  return isHigh ? der(0x02, Uint8Array.of(0), bytes) : der(0x02, bytes);
}

/** OBJECT IDENTIFIER from its dotted form, at least two arcs. */
export function derOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) bytes.push(...base128(arc));
  return der(0x06, Uint8Array.from(bytes));
}

/** Text of the given string type, encoded as UTF-8. */
export function derText(tag: number, text: string): Uint8Array {
  return der(tag, new TextEncoder().encode(text));
}

/** UTCTime up to 2049 and GeneralizedTime from then on, as certificates want it; whole seconds. */
export function derTime(ms: number): Uint8Array {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/\D/g, '');
  const year = Number(digits.slice(0, 4));
  return year < 2050 ? derText(0x17, `${digits.slice(2)}Z`) : derText(0x18, `${digits}Z`);
}

/** BIT STRING of whole bytes, or of fewer bits if `unusedBits` of the last byte do not count. */
export function derBits(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return der(0x03, Uint8Array.of(unusedBits), bytes);
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function base128(arc: number): readonly number[] {
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 | (rest % 128));
  }
  return bytes;
}
