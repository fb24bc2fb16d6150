/** Fields that the configuration file and the control API share: from what a person wrote to trusted values. */

import { z } from 'zod';
import { asKithError } from '../base/error.ts';
import { type DeviceId, parseDeviceId } from '../model/device-id.ts';
import { type FolderId, parseFolderId } from '../model/folder.ts';

const LATER_KINDS: readonly string[] = ['send-only', 'receive-only'];

/** How a folder takes part. The other kinds come later. */
export type FolderKind = 'send-receive';

/** Text, with a message that says what to do about anything else. */
export const textSchema = z.string({
  error: ({ input }) => (input === undefined ? 'is missing' : 'must be text; put it in quotes'),
});

/** A name a person gave to a device: 1 to 64 characters, no control characters, not a device id itself. */
export const nameSchema = textSchema
  .min(1, 'must not be empty')
  .max(64, 'must be at most 64 characters long')
  .refine((text) => !/\p{Cc}/u.test(text), 'must not hold control characters')
  .refine((text) => !isDeviceId(text), 'must not look like a device id');

/** A device id in any spelling people use; the result is the one spelling used inside. */
export const deviceIdSchema = textSchema.transform((text, context): DeviceId => {
  return parsed(() => parseDeviceId(text), context);
});

/** A folder id. */
export const folderIdSchema = textSchema.transform(
  (text, context): FolderId => parsed(() => parseFolderId(text), context),
);

/** The kind of a folder. */
export const folderKindSchema = textSchema.transform((text, context): FolderKind => {
  if (text !== 'send-receive') context.addIssue({ code: 'custom', message: whyNotKind(text) });
  return 'send-receive';
});

/** Where a folder stands: absolute. */
export const folderPathSchema = textSchema
  .refine((text) => /^(\/|[A-Za-z]:[\\/])/.test(text), 'must be an absolute path')
  .refine((text) => !text.includes('\0'), 'must not hold a NUL character');

/** True if this is a device id in any spelling. */
export function isDeviceId(text: string): boolean {
  try {
    parseDeviceId(text);
    return true;
  } catch (error) {
    if (asKithError(error, 'DEVICE_ID_INVALID') !== undefined) return false;
    throw error;
  }
}

function whyNotKind(text: string): string {
  if (LATER_KINDS.includes(text)) return `${text} is not available yet; use send-receive`;
  return `${JSON.stringify(text.slice(0, 100))} is not a kind of folder; use send-receive`;
}

function parsed<Value>(parse: () => Value, context: z.RefinementCtx): Value {
  try {
    return parse();
  } catch (error) {
    const known = asKithError(error);
    if (known === undefined) throw error;
    context.addIssue({ code: 'custom', message: known.message });
    return z.NEVER;
  }
}
