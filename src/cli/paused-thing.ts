/** What `kith pause` and `kith resume` were about, for people. */

import type { Paused } from '../api/pause.ts';

/** The folder, the device, or everything. */
export function namedThing(named: {
  readonly folder?: string | undefined;
  readonly device?: string | undefined;
}): string {
  return named.folder ?? named.device ?? 'every folder and every device';
}

/** For the end of a line in a list; nothing if it does not rest. */
export function pausedText(paused: Paused): readonly string[] {
  if (paused === false) return [];
  return [paused === true ? '(paused)' : `(paused until ${paused.until})`];
}
