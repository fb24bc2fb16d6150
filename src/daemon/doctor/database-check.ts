/** Does the database open, and is every page of it whole? */

import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import { assertNever } from '../../base/assert.ts';
import { asKithError } from '../../base/error.ts';
import type { DatabaseFacts } from './database-look.ts';
import type { Patient } from './patient.ts';
import { reasonText } from './reason-text.ts';

export async function checkDatabase(patient: Patient): Promise<readonly Finding[]> {
  return [judgeDatabase(await patient.database(), patient.files.index)];
}

/** Pure. */
export function judgeDatabase(facts: DatabaseFacts, file: string): Finding {
  const aside = `kith up puts a new one in its place; if it does not: mv '${file}' '${file}.aside'; no file of yours is lost by that`;
  if (facts.kind === 'none') return ok('database', 'none yet');
  if (facts.kind === 'failed') {
    const isDamage = asKithError(facts.error, 'STORE_CORRUPT') !== undefined;
    return bad('database', reasonText(facts.error), isDamage ? aside : `ls -l '${file}'*`);
  }
  const { found, isSuspect } = facts;
  switch (found.kind) {
    case 'damaged':
      return bad('database', `${file} is damaged: ${found.reason}`, aside);
    case 'newer':
      return bad(
        'database',
        `made by a newer Kith (version ${found.found})`,
        'run that one: git pull && npm run build',
      );
    case 'whole':
      if (isSuspect) return warn('database', 'damage was met while the daemon ran', aside);
      return ok('database', `whole; folders in it: ${found.folders.size}`);
    default:
      return assertNever(found);
  }
}
