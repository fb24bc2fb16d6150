/** The answer of `GET status`, which `kith status --json` prints as it is. */

import { z } from 'zod';
import { FOLDER_KINDS } from '../model/folder.ts';

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
  /** Bytes of what it lacks that were sent to it already; they stand in `need` until it says that it has the files. */
  progress: z.object({ bytes: z.number() }).optional(),
  /** By this device: there is no connection, and nobody waits for it. */
  paused: z.boolean(),
});

/** How far work has come that no other number tells yet. */
const progressSchema = z.object({
  /**
   * What is being looked at or read, or null. `entries` of about `ofEntries` names, which is null if nobody knows; `bytes` of
   * `ofBytes` that have to be read, as far as that is known.
   */
  scan: z
    .object({
      entries: z.number(),
      ofEntries: z.number().nullable(),
      bytes: z.number(),
      ofBytes: z.number(),
    })
    .nullable(),
  /** Files that are on their way here; their bytes stand in `need` until they are in place. */
  fetch: z.object({ files: z.number(), bytes: z.number() }),
});

const folderStatusSchema = z.object({
  id: z.string(),
  path: z.string(),
  kind: z.enum(FOLDER_KINDS),
  state: z.enum(FOLDER_STATES),
  /** Why it is held, stopped or in error, for people; null else. */
  stateReason: z.string().nullable(),
  local: countSchema,
  global: countSchema,
  need: needSchema,
  /** What was changed here in a folder that only receives, and stays here. */
  kept: needSchema,
  /** Files and directories that stand here with another mode than elsewhere, for the disk did not take it; not there if none do. */
  otherModes: z.number().optional(),
  problems: z.array(problemSchema),
  devices: z.array(folderDeviceSchema),
  /** Not there while the folder is not open. */
  progress: progressSchema.optional(),
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
