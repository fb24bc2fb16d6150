/** What can be asked of the control API about rest. */

import { z } from 'zod';
import { folderIdSchema, textSchema } from './fields.ts';
import { pauseSecondsSchema } from './pause.ts';

const paused = {
  folder: folderIdSchema.optional(),
  /** By name or id. */
  device: textSchema.optional(),
};

/** `POST pause`: a folder, a device, or, with neither, everything; for so many seconds, or until further notice. */
export const pauseSchema = z
  .strictObject({ ...paused, seconds: pauseSecondsSchema.optional() })
  .refine(isOneThing, { message: 'name a folder or a device, not both', path: ['device'] });

/** `POST resume`: the same, on again. */
export const resumeSchema = z
  .strictObject(paused)
  .refine(isOneThing, { message: 'name a folder or a device, not both', path: ['device'] });

function isOneThing(named: {
  readonly folder?: string | undefined;
  readonly device?: string | undefined;
}): boolean {
  return named.folder === undefined || named.device === undefined;
}

export type Pause = z.infer<typeof pauseSchema>;
export type Resume = z.infer<typeof resumeSchema>;
