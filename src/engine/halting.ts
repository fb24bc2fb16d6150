/** What stops a folder stops it whoever meets it: also a device that asks, whose connection goes on with other folders. */

import { asKithError, type KithError } from '../base/error.ts';

/** Does `work`; an error that stops the folder is thrown as what `halt` makes of it, everything else as it is. */
export async function halting<Result>(
  work: () => Promise<Result>,
  halt: (error: KithError) => KithError,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw haltOf(error, halt);
  }
}

/** The same for what does not wait. */
export function haltingNow<Result>(
  work: () => Result,
  halt: (error: KithError) => KithError,
): Result {
  try {
    return work();
  } catch (error) {
    throw haltOf(error, halt);
  }
}

function haltOf(error: unknown, halt: (error: KithError) => KithError): unknown {
  const known = asKithError(error);
  return known !== undefined && isStopping(known) ? halt(known) : error;
}

/** Damage, or a database that takes or gives nothing: the folder says so, where a connection would only be lost again and again. */
function isStopping({ kind, code }: KithError): boolean {
  return kind === 'corrupt' || code === 'STORE_FULL' || code === 'STORE_FAILED';
}
