/** What is fuzzed: a decoder of untrusted bytes, and the laws that hold for every input. */

import { asKithError, type ErrorKind } from '../../src/base/error.ts';
import type { SimRandom } from '../sim/random.ts';

/** A decoder with its laws. */
export interface FuzzTarget {
  /** Valid inputs from which others are made; the same ones for the same random numbers. */
  seeds(random: SimRandom): readonly Uint8Array[];
  /** Pieces that inputs often consist of; the literals of the program come on top. */
  readonly tokens?: readonly string[];
  /** Longest input that is tried. 64 KiB. */
  readonly maxBytes?: number;
  /** Longest time that one input may take, in milliseconds. 100. */
  readonly limitMs?: number;
  /** Most bytes of buffers that an input of this length may make the program ask for. 1 MiB and 64 for each byte. */
  readonly limitBytes?: (length: number) => number;
  /** A change that knows the format; undefined to have the bytes changed blindly. */
  mutate?(input: Uint8Array, from: MutationSource): Uint8Array | undefined;
  /** Decodes and checks. Throws what the decoder threw and was not allowed to, or the law that is broken. */
  run(input: Uint8Array): void | Promise<void>;
}

/** What a change may draw from. */
export interface MutationSource {
  readonly random: SimRandom;
  /** Another input of the corpus. */
  readonly other: Uint8Array;
  readonly tokens: readonly Uint8Array[];
}

/** What `decode` gives; undefined if it refused, as it may. Any other error is passed on: it is a fault. */
export function unlessRefused<Value>(
  decode: () => Value,
  kinds: readonly ErrorKind[] = ['invalid'],
): Value | undefined {
  try {
    return decode();
  } catch (error) {
    const known = asKithError(error);
    if (known === undefined || !kinds.includes(known.kind)) throw error;
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The input as text: what is not UTF-8 is U+FFFD, and U+E000 to U+E00F stand for lone surrogates, which no bytes can spell. */
export function textOf(input: Uint8Array): string {
  return utf8
    .decode(input)
    .replace(/[\uE000-\uE00F]/g, (unit) => String.fromCharCode(0xd7f8 + (unit.charCodeAt(0) & 15)));
}

/** Text as an input. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
