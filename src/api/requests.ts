/** What can be asked of the control API. Strict: an unknown field is refused. */

import { z } from 'zod';
import { deviceAddressSchema } from './address-fields.ts';
import {
  deviceIdSchema,
  folderIdSchema,
  folderKindSchema,
  folderPathSchema,
  nameSchema,
  textSchema,
} from './fields.ts';

/** `POST devices`. */
export const addDeviceSchema = z.strictObject({
  id: deviceIdSchema,
  name: nameSchema.optional(),
  addresses: z.array(deviceAddressSchema).optional(),
});

/** `POST folders`. `share` holds names or ids of configured devices. */
export const addFolderSchema = z.strictObject({
  id: folderIdSchema,
  path: folderPathSchema,
  kind: folderKindSchema.optional(),
  share: z.array(textSchema).optional(),
});

/** `POST folders/ID/share`: a configured device, by name or id. */
export const shareFolderSchema = z.strictObject({ device: textSchema });

/** `POST rescan`: one folder, or all of them. That an emptied folder is meant is said of one folder by name. */
export const rescanSchema = z
  .strictObject({ folder: folderIdSchema.optional(), confirmEmptied: z.boolean().default(false) })
  .refine(({ folder, confirmEmptied }) => folder !== undefined || !confirmEmptied, {
    message: 'name the folder that was emptied on purpose',
    path: ['confirmEmptied'],
  });

export type AddDevice = z.infer<typeof addDeviceSchema>;
export type AddFolder = z.infer<typeof addFolderSchema>;
export type ShareFolder = z.infer<typeof shareFolderSchema>;
export type Rescan = z.infer<typeof rescanSchema>;
