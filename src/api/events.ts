/** `GET events`: notices that something is different now. They carry no state: whoever cares asks for the status. */

import { z } from 'zod';

const kindSchema = z.discriminatedUnion('kind', [
  /** State, counts, need or problems of a folder. */
  z.object({ kind: z.literal('folder'), folder: z.string() }),
  /** A device came, went, or was heard out. */
  z.object({ kind: z.literal('device'), device: z.string() }),
  /** Devices or folders were added, changed or removed. */
  z.object({ kind: z.literal('configuration') }),
]);

/** What the daemon reports. */
export type ChangeEvent = z.infer<typeof kindSchema>;

/** What travels: a ChangeEvent, or `lost` where the reader was too slow and some were dropped. */
export const streamEventSchema = z.union([kindSchema, z.object({ kind: z.literal('lost') })]);

export type StreamEvent = z.infer<typeof streamEventSchema>;
