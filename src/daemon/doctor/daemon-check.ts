/** Does a daemon run on this home, and does it answer? */

import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import type { Patient } from './patient.ts';
import { reasonText } from './reason-text.ts';

export async function checkDaemon(patient: Patient): Promise<readonly Finding[]> {
  return [judgeDaemon(patient)];
}

/** Pure. */
export function judgeDaemon(
  patient: Pick<Patient, 'holder' | 'lockError' | 'said' | 'files'>,
): Finding {
  const { holder, lockError, said, files } = patient;
  if (lockError !== undefined) {
    const text = `whether a daemon runs cannot be told: ${reasonText(lockError)}`;
    return bad('daemon', text, `run this as the user who owns ${files.home}`);
  }
  if (holder === undefined) return warn('daemon', 'no daemon runs on this home', 'kith up');
  const { pid, isDaemon } = holder;
  if (!isDaemon) {
    const text = `a command holds the home for a moment${pidText(pid)}`;
    return warn('daemon', text, 'look again; if it stays, see what that process waits for');
  }
  if (said.kind === 'report') {
    return ok('daemon', `runs${pidText(pid)}, version ${said.report.version}, and answers`);
  }
  const why = said.kind === 'failed' ? reasonText(said.error) : 'nobody asked it';
  const text = `a daemon has the home${pidText(pid)} but does not answer: ${why}`;
  const stop = pid === undefined ? 'end the process that has it' : `kill ${pid}`;
  return bad('daemon', text, `read its log; if it is stuck: ${stop}, then kith up`);
}

function pidText(pid: number | undefined): string {
  return pid === undefined ? ' (its process is not to be seen from here)' : ` (pid ${pid})`;
}
