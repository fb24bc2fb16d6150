/** Errors that a test orders in advance: which call, on which name, which of them, and what it throws. */

import { type ErrorCode, KithError } from '../../src/base/error.ts';
import type { FileCall, FileCallName } from '../../src/ports/file-system.ts';

/** An order. Calls that fit all that is given are counted; from number `nth` on (1 is the first) `times` of them fail. */
export interface FaultOrder {
  readonly call: FileCallName | readonly FileCallName[];
  /** Name the call is about (either one of a rename). */
  readonly name?: string;
  /** 1 unless said. */
  readonly nth?: number;
  /** 1 unless said; Infinity for good. */
  readonly times?: number;
  readonly code: ErrorCode;
}

/** A device's orders; they outlive its crashes. */
export class FileFaults {
  #orders: { readonly order: FaultOrder; seen: number }[] = [];
  #struck = 0;

  /** Orders an error; the result takes the order back. */
  fail(order: FaultOrder): () => void {
    const entry = { order, seen: 0 };
    this.#orders.push(entry);
    return () => {
      this.#orders = this.#orders.filter((other) => other !== entry);
    };
  }

  /** Takes every order back. */
  clear(): void {
    this.#orders = [];
  }

  /** How many errors were thrown: a test whose order never struck proves nothing. */
  get struck(): number {
    return this.#struck;
  }

  /** Throws if an order fits this call. */
  check(call: FileCall): void {
    for (const entry of this.#orders) {
      const { order } = entry;
      if (!isAbout(order, call)) continue;
      entry.seen += 1;
      const nth = order.nth ?? 1;
      if (entry.seen < nth || entry.seen >= nth + (order.times ?? 1)) continue;
      this.#struck += 1;
      throw new KithError(order.code, { call: call.call, ordered: true });
    }
  }
}

function isAbout(order: FaultOrder, call: FileCall): boolean {
  const fits =
    typeof order.call === 'string' ? order.call === call.call : order.call.includes(call.call);
  return fits && (order.name === undefined || namesOf(call).includes(order.name));
}

/** The names a call is about. */
export function namesOf(call: FileCall): readonly string[] {
  if (call.call === 'rename') return [call.from.name, call.to.name];
  if (call.call === 'openRoot') return [call.path];
  return 'name' in call ? [call.name] : [];
}
