/**
 * Where the control API stands and what it answers apart from the status. Answers are read leniently, so that a newer
 * daemon may say more than an older command knows.
 */

import { z } from 'zod';
import { pausedSchema } from './pause.ts';

/** Where every address of the API begins. */
export const API_ROOT = '/api/v1';

const deviceEntrySchema = z.object({
  id: z.string(),
  name: z.string(),
  addresses: z.array(z.string()),
  paused: pausedSchema,
});

const folderEntrySchema = z.object({
  id: z.string(),
  path: z.string(),
  kind: z.string(),
  paused: pausedSchema,
  /** Ids. */
  devices: z.array(z.string()),
});

/** `GET devices` and `GET folders`, and the answer to every change of them: the configuration as it then is. */
export const configurationSchema = z.object({
  devices: z.array(deviceEntrySchema),
  folders: z.array(folderEntrySchema),
});

/** The answer to `POST folders/ID/revert` and `override`. */
export const decidedSchema = z.object({
  changes: z.number(),
  /** Paths that stay as they are, for nobody can tell what stands there. */
  left: z.number().default(0),
});

export type DecidedAnswer = z.infer<typeof decidedSchema>;

export type Configuration = z.infer<typeof configurationSchema>;

/** Any answer that is not 2xx. `data` holds facts, and none before the token was seen. */
export const errorSchema = z.object({
  code: z.string(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
});
