/** What a folder is told when it is made. */

import type { DeviceId } from '../model/device-id.ts';
import type { FolderId } from '../model/folder.ts';
import type { Rules } from '../planner/rules.ts';

export interface FolderSettings {
  readonly id: FolderId;
  /** Absolute path of the root. */
  readonly path: string;
  readonly self: DeviceId;
  /** Devices that share it, without this one. */
  readonly devices: readonly DeviceId[];
  readonly rules: Rules;
  /** Bytes of what is kept of each device's announcements; undefined: as many as the engine finds right. */
  readonly mostAnnounced: number | undefined;
  readonly isPaused: boolean;
  /** Changes with every start of the machine. */
  readonly bootId: string;
  readonly bootedAtMs: number;
}
