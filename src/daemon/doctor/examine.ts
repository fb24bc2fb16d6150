/** All checks of a home, one after another, with or without a running daemon. Nothing is changed by them. */

import { bad, type CheckName, type Finding } from '../../api/finding.ts';
import { asKithError } from '../../base/error.ts';
import { checkClock } from './clock-check.ts';
import { checkConfiguration } from './configuration-check.ts';
import { checkDaemon } from './daemon-check.ts';
import { checkDatabase } from './database-check.ts';
import { checkDisk } from './disk-check.ts';
import { checkFilesystem } from './filesystem-check.ts';
import { checkFolders } from './folders-check.ts';
import { checkKeys } from './keys-check.ts';
import { checkMarkers } from './markers-check.ts';
import { checkNode } from './node-check.ts';
import { admitPatient, type Patient, type PatientOptions } from './patient.ts';
import { checkPort } from './port-check.ts';
import { reasonText } from './reason-text.ts';
import { checkWatches } from './watches-check.ts';

type Check = (patient: Patient) => Promise<readonly Finding[]>;

const CHECKS: readonly (readonly [CheckName, Check])[] = [
  ['node', checkNode],
  ['configuration', checkConfiguration],
  ['keys', checkKeys],
  ['daemon', checkDaemon],
  ['database', checkDatabase],
  ['port', checkPort],
  ['clock', checkClock],
  ['disk', checkDisk],
  ['filesystem', checkFilesystem],
  ['watches', checkWatches],
  ['folders', checkFolders],
  ['markers', checkMarkers],
];

/** Checks that have something to look at where nothing is set up. */
const ALONE: readonly CheckName[] = ['node', 'configuration'];

/** Yields at least one finding for each check that has something to look at, as they come. Throws the signal's reason. */
export async function* examine(home: string, options: PatientOptions): AsyncGenerator<Finding> {
  const patient = await admitPatient(home, options);
  for (const [name, check] of CHECKS) {
    if (isNothingSetUp(patient) && !ALONE.includes(name)) continue;
    options.signal.throwIfAborted();
    yield* await carefully(name, () => check(patient));
  }
}

function isNothingSetUp({ config }: Patient): boolean {
  return 'error' in config && asKithError(config.error, 'CONFIG_MISSING') !== undefined;
}

/** What keeps a check from being made is a finding too, and keeps no other from it. */
async function carefully(
  name: CheckName,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    const text = `this could not be looked at: ${reasonText(error)}`;
    return [bad(name, text, 'run this as the user who owns the home and the folders')];
  }
}
