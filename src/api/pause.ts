/** How long a folder or a device rests: as the configuration has it, as a person says it. */

import { z } from 'zod';
import { textSchema } from './fields.ts';

/**
 * `true`: until a person says otherwise. Else until that wall time (ISO 8601), and never for more than so many seconds of running:
 * a clock that was put back does not make it longer.
 */
export type Paused = boolean | { readonly until: string; readonly seconds: number };

const MOST_DAYS = 366;
const MOST_SECONDS = MOST_DAYS * 86_400;
const WRONG = 'must be true, false or { until: 2026-01-31T12:00:00Z, seconds: 1800 }';
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Whole seconds, at least one, at most 366 days. */
export const pauseSecondsSchema = z
  .int('must be a whole number of seconds')
  .min(1, 'must be at least a second')
  .max(MOST_SECONDS, `must be at most ${MOST_DAYS} days`);

const anyPaused = z.union([
  z.boolean(),
  z.strictObject({ until: z.iso.datetime({ offset: true }), seconds: pauseSecondsSchema }),
]);

/** `paused` of a folder or a device. One message says what may stand there. */
export const pausedSchema = z.unknown().transform((value, context): Paused => {
  const read = anyPaused.safeParse(value);
  if (read.success) return read.data;
  context.addIssue({ code: 'custom', message: WRONG });
  return z.NEVER;
});

/** `90s`, `30m`, `2h`, `1d`, or several of them: `1h30m`. Gives seconds. */
export const durationSchema = textSchema
  .refine((text) => /^(\d{1,6}[smhd])+$/.test(text), 'must be a time such as 30m, 2h or 1h30m')
  .transform((text) => {
    const parts = text.matchAll(/(\d+)([smhd])/g);
    return [...parts].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
      0,
    );
  })
  .pipe(pauseSecondsSchema);
