/** Looks into the database for reading alone, as whoever has it open lets it be. */

import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { isFileLocked } from '../../host/file-lock.ts';
import type { HomeFiles } from '../../host/locations.ts';
import { type Inspection, inspectDatabase } from '../../store/inspection.ts';

/** What is known of the database. */
export type DatabaseFacts = { readonly kind: 'none' } | Looked;

type Looked = (
  | { readonly kind: 'inspected'; readonly found: Inspection }
  | { readonly kind: 'failed'; readonly error: unknown }
) & {
  /** The daemon met damage in it, and will not use it at the next start. */
  readonly isSuspect: boolean;
};

/** Opens it for reading alone; what cannot be read is told as damage or failure. */
export async function lookIntoDatabase(
  files: HomeFiles,
  options: { readonly isHeld: boolean },
): Promise<DatabaseFacts> {
  const size = sizeOf(files.index);
  if (size === undefined) return { kind: 'none' };
  const isSuspect = sizeOf(`${files.index}.suspect`) !== undefined;
  const isAtRest = !options.isHeld && (sizeOf(`${files.index}-wal`) ?? 0) === 0;
  const first = inspect(files.index, isAtRest);
  if (!isAtRest || (first.kind === 'inspected' && first.found.kind === 'whole')) {
    return { ...first, isSuspect };
  }
  // A daemon that began to write meanwhile makes a file that was thought at rest look damaged.
  const isStillAtRest = !(await isFileLocked(files.lock));
  return { ...(isStillAtRest ? first : inspect(files.index, false)), isSuspect };
}

function inspect(file: string, isAtRest: boolean) {
  const location = pathToFileURL(file);
  location.searchParams.set('immutable', '1');
  try {
    const found = inspectDatabase(isAtRest ? location : file);
    return { kind: 'inspected', found } as const;
  } catch (error) {
    return { kind: 'failed', error } as const;
  }
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}
