/** Fields that the configuration file and the control API share: from what a person wrote to trusted values. */

import { z } from 'zod';
import { asKithError } from '../base/error.ts';
import { type DeviceId, parseDeviceId } from '../model/device-id.ts';
import { FOLDER_KINDS, type FolderId, type FolderKind, parseFolderId } from '../model/folder.ts';

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
  const kind = FOLDER_KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  const shown = JSON.stringify(text.slice(0, 100));
  const message = `${shown} is not a kind of folder; use ${FOLDER_KINDS.join(', ')}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
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
