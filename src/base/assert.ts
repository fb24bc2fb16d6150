/** Where bugs stop: a broken contract of our own is an error of kind `bug`, never a wrong answer. */

import { KithError } from './error.ts';

/** Throws BUG with `what` unless `condition` holds. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new KithError('BUG', { what });
}

/** The end of an exhaustive switch; reached only if a type was extended and a branch forgotten. */
export function assertNever(value: never): never {
  throw new KithError('BUG', { what: 'unhandled case', value: String(value) });
}
