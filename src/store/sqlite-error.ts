/** What SQLite reports, as errors of ours: one total table by its primary result code. */

import { asKithError, type ErrorCode, KithError } from '../base/error.ts';

/** SQLite met damage; or the disk gave an error for a page, for which it says the same. */
export const CORRUPT = 11;

/** https://sqlite.org/rescode.html; whatever is not here is STORE_FAILED, which promises nothing. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  [CORRUPT]: 'STORE_CORRUPT',
  13: 'STORE_FULL',
  // Rows that contradict each other: nothing that is written here can do that to a sound database.
  19: 'STORE_CORRUPT',
  26: 'STORE_CORRUPT',
};

/** The error as one of ours with `data.sqlite`, the extended result code, if it has one. A KithError stays as it is. */
export function storeError(error: unknown): KithError {
  const known = asKithError(error);
  if (known !== undefined) return known;
  const extended = resultCode(error);
  if (extended === undefined)
    return new KithError('STORE_FAILED', { reason: String(error) }, error);
  const code = isOfNoFormat(error) ? 'STORE_CORRUPT' : (CODES[extended & 0xff] ?? 'STORE_FAILED');
  return new KithError(code, { sqlite: extended, reason: String(error) }, error);
}

/** The damage may be none: see CORRUPT. What our own checksums find, and contradictions, are proof. */
export function isHearsay(damage: KithError): boolean {
  return damage.data['sqlite'] === CORRUPT;
}

/** Runs `work`; what it throws goes out as `storeError`. */
export function withStoreErrors<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw storeError(error);
  }
}

/** A number in the header that no SQLite ever wrote: it has the code of any mistake, and is known by its text alone. */
function isOfNoFormat(error: unknown): boolean {
  return error instanceof Error && error.message === 'unsupported file format';
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
