/** What `kith doctor` finds. Each finding that is not well comes with its mend. */

import { z } from 'zod';

/** Every check there is, in the order in which they are shown. */
export const CHECKS = [
  'node',
  'configuration',
  'keys',
  'daemon',
  'database',
  'port',
  'clock',
  'disk',
  'filesystem',
  'watches',
  'folders',
  'markers',
] as const;

/** `kith doctor --json` prints a list of these. `bad`: a person is needed. `mend`: one command or sentence, null if all is well. */
export const findingSchema = z.object({
  check: z.enum(CHECKS),
  state: z.enum(['ok', 'warn', 'bad']),
  text: z.string(),
  mend: z.string().nullable(),
});

export type CheckName = (typeof CHECKS)[number];
export type Finding = z.infer<typeof findingSchema>;

/** All is well. */
export function ok(check: CheckName, text: string): Finding {
  return { check, state: 'ok', text, mend: null };
}

/** It works, but not as it should, or not for long. */
export function warn(check: CheckName, text: string, mend: string): Finding {
  return { check, state: 'warn', text, mend };
}

/** A person is needed. */
export function bad(check: CheckName, text: string, mend: string): Finding {
  return { check, state: 'bad', text, mend };
}
