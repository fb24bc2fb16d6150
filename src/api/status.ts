/** The answer of `GET status`, which `kith status --json` prints as it is. */

import { z } from 'zod';

/** Every state a folder can be in; `stopped` means that a person must look. */
const FOLDER_STATES = [
  'idle',
  'scanning',
  'syncing',
  'held',
  'paused',
  'stopped',
  'error',
] as const;

const countSchema = z.object({ files: z.number(), directories: z.number(), bytes: z.number() });
const needSchema = z.object({ files: z.number(), bytes: z.number(), deletes: z.number() });
const problemSchema = z.object({ path: z.string(), code: z.string(), text: z.string() });

const folderDeviceSchema = z.object({
  id: z.string(),
  name: z.string(),
  connected: z.boolean(),
  /** Its whole index has arrived over the present connection. */
  heard: z.boolean(),
  /** Of the present connection, or null. */
  address: z.string().nullable(),
  /** What the device lacks of what is known here. */
  need: needSchema,
  /** 0 to 1: the part of the bytes that the device has; exactly 1 only if it lacks nothing. */
  completion: z.number(),
  /** Age of the oldest change that the device lacks, in milliseconds; 0 if it lacks nothing. */
  freshnessMs: z.number(),
  /** Unix milliseconds, or null if it was never seen. */
  lastSeenMs: z.number().nullable(),
  /** Why there is no connection, for people, or null: connected, or nobody has tried. */
  trouble: z.string().nullable(),
  /** How far its clock was ahead of ours when the present connection began, in milliseconds; not there if it does not say. */
  clockAheadMs: z.number().optional(),
});

const folderStatusSchema = z.object({
  id: z.string(),
  path: z.string(),
  state: z.enum(FOLDER_STATES),
  /** Why it is held, stopped or in error, for people; null else. */
  stateReason: z.string().nullable(),
  local: countSchema,
  global: countSchema,
  need: needSchema,
  problems: z.array(problemSchema),
  devices: z.array(folderDeviceSchema),
});

/** `GET status`: this device, its folders, and in each folder the devices that share it. */
export const statusSchema = z.object({
  device: z.string(),
  name: z.string(),
  version: z.string(),
  uptimeMs: z.number(),
  /** What a person may want to know and need not hurry for. */
  notes: z.array(z.string()).default([]),
  folders: z.array(folderStatusSchema),
});

export type StatusReport = z.infer<typeof statusSchema>;
export type FolderStatus = z.infer<typeof folderStatusSchema>;
export type FolderDeviceStatus = z.infer<typeof folderDeviceSchema>;
