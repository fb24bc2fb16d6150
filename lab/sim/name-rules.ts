/** Which names a simulated disk takes for one, how it keeps them, and which it does not take at all. */

import { KithError } from '../../src/base/error.ts';
import type { CaseFolding, DiskOptions } from './disk-options.ts';

const SIGNS = /["*:<>?|\\]/;
const DEVICES = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
const BAD_END = /[. ]$/;
const LONGEST_BYTES = 255;

export class NameRules {
  readonly #options: DiskOptions;
  readonly #folding: CaseFolding | undefined;
  /** Names are kept and found as they are: nearly every disk, on the hottest path there is. */
  readonly #isPlain: boolean;
  readonly #longest: { readonly bytes: number } | { readonly units: number };

  constructor(options: DiskOptions) {
    this.#options = options;
    const { foldsCase = false } = options;
    this.#folding = foldsCase === true ? 'lower' : foldsCase || undefined;
    this.#isPlain = this.#folding === undefined && options.normalForm === undefined;
    this.#longest = options.longestName ?? { bytes: LONGEST_BYTES };
  }

  /** Under which a name is found. */
  keyOf(name: string): string {
    return this.#isPlain ? name : fold(this.spelling(name), this.#folding);
  }

  /** As which a name is kept. */
  spelling(name: string): string {
    const { normalForm } = this.#options;
    return normalForm === undefined ? name : name.normalize(normalForm);
  }

  /** FILE_NAME_IMPOSSIBLE if no such name can be made. */
  check(name: string): void {
    this.checkLength(name);
    const { reserved } = this.#options;
    if (reserved !== undefined && isReserved(name, reserved)) refuse(name);
  }

  /** FILE_NAME_IMPOSSIBLE if the name is too long to be asked for. */
  checkLength(name: string): void {
    const longest = this.#longest;
    if ('units' in longest) {
      if (name.length > longest.units) refuse(name);
    } else if (name.length * 3 > longest.bytes && bytesOf(name) > longest.bytes) refuse(name);
  }
}

function isReserved(name: string, reserved: 'signs' | 'windows'): boolean {
  if (SIGNS.test(name) || [...name].some((sign) => sign < ' ')) return true;
  return reserved === 'windows' && (BAD_END.test(name) || DEVICES.test(name));
}

function refuse(name: string): never {
  throw new KithError('FILE_NAME_IMPOSSIBLE', { name });
}

function bytesOf(name: string): number {
  return new TextEncoder().encode(name).length;
}

function fold(name: string, folding: CaseFolding | undefined): string {
  if (folding === 'lower') return name.toLowerCase();
  // Up and down again: one form for ß and ss, s and long s, k and the sign of kelvin.
  if (folding === 'full') return name.normalize('NFD').toUpperCase().toLowerCase();
  return folding === 'upper' ? upper(name) : name;
}

/** Letter by letter; one stays that is not the small one of its capital: sharp s, long s, micro. */
function upper(name: string): string {
  let text = '';
  for (const letter of name) {
    const raised = letter.toUpperCase();
    text += raised.toLowerCase() === letter ? raised : letter;
  }
  return text;
}
