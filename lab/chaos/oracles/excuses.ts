/** What a device may say of itself at rest, and which paths need not be equal because a device says that it cannot have them. */

import type { FolderStatus } from '../../../src/engine/folder-status.ts';
import type { SimDevice } from '../../sim/device.ts';
import { spelledOn } from '../spelling.ts';

export interface Excuses {
  /** Some device has told that it cannot have what is at the path, above it or below it. */
  readonly isExcused: (path: string) => boolean;
  /** Anything of the kind was told. */
  readonly isAny: boolean;
}

/** What is said of the content of a file after a power cut that nobody can mend. */
const DAMAGED = 'CONTENT_DAMAGED';
/** What is said of a name that the disk takes for another one. */
const FOLDED = 'NAME_FOLDED';

/** What a device says of its folder. */
interface Told {
  readonly device: SimDevice;
  readonly status: FolderStatus | undefined;
}

/** Only troubles that the story brought about count. */
export function excusesOf(
  devices: readonly Told[],
  { mayBeDamaged }: { readonly mayBeDamaged: boolean },
): Excuses {
  const told = devices.flatMap(({ device, status }) =>
    (status?.problems ?? []).filter(({ code, path }) =>
      code === FOLDED ? hasTwin(device, path) : mayBeDamaged && code === DAMAGED,
    ),
  );
  const paths = told.map(({ path }) => path.normalize('NFC'));
  return {
    isAny: paths.length > 0,
    // What is held keeps the directories above it.
    isExcused: (path) =>
      paths.some((each) => `${path}/`.startsWith(`${each}/`) || each.startsWith(`${path}/`)),
  };
}

/** The same name stands there in other letters, or a directory above does. */
function hasTwin(device: SimDevice, path: string): boolean {
  const composed = path.normalize('NFC');
  return spelledOn(device, composed) !== composed;
}

/** What a device says that is not true; undefined if all is well. */
export function untrueStatus(
  status: FolderStatus | undefined,
  { isAny, isExcused }: Excuses,
): string | undefined {
  if (status?.state === 'idle' && status.problems.length === 0) return undefined;
  const isAllExcused = status?.problems.every(({ path }) => isExcused(path.normalize('NFC')));
  // Others wait for whoever has told that it cannot.
  const mayWait = status?.state === 'held' || status?.state === 'syncing';
  if (isAny && isAllExcused === true && mayWait) return undefined;
  return `${status?.state} (${status?.stateReason}) ${JSON.stringify(status?.problems)}`;
}
