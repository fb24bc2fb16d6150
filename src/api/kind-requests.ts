/** What can be asked of the control API about the kind of a folder, and what its kind makes a person decide. */

import { z } from 'zod';
import { folderKindSchema } from './fields.ts';

/** `POST folders/ID/kind`. */
export const folderKindRequestSchema = z.strictObject({ kind: folderKindSchema });

/** What a person decides about a folder that only receives (`revert`) or only sends (`override`). */
export const decisionSchema = z.enum(['revert', 'override']);

export type FolderKindRequest = z.infer<typeof folderKindRequestSchema>;
export type Decision = z.infer<typeof decisionSchema>;
