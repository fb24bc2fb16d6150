/** What stands behind the control API. The daemon implements it; the control server and the tests call it. Types only. */

import type { Configuration, DecidedAnswer } from './control.ts';
import type { ChangeEvent } from './events.ts';
import type { Decision, FolderKindRequest } from './kind-requests.ts';
import type { Pause, Resume } from './pause-requests.ts';
import type { AddDevice, AddFolder, Rescan, ShareFolder } from './requests.ts';
import type { StatusReport } from './status.ts';

/**
 * Changes of the configuration. Each resolves once the file is written durably (and, in a daemon, the change has taken
 * effect), with the configuration as it then is. CONFIG_INVALID if the change would not hold together: nothing was changed.
 */
export interface ConfigurationService {
  configuration(): Promise<Configuration>;
  addDevice(request: AddDevice): Promise<Configuration>;
  /** By name or id; it goes from every folder too. DEVICE_UNKNOWN. */
  removeDevice(device: string): Promise<Configuration>;
  /** Makes the directory if it is not there. DEVICE_UNKNOWN for a device in `share`. */
  addFolder(request: AddFolder): Promise<Configuration>;
  /** Forgets the folder; its files stay. FOLDER_UNKNOWN. */
  removeFolder(folder: string): Promise<Configuration>;
  /** FOLDER_UNKNOWN, DEVICE_UNKNOWN. */
  shareFolder(folder: string, request: ShareFolder): Promise<Configuration>;
  /** FOLDER_UNKNOWN. */
  setFolderKind(folder: string, request: FolderKindRequest): Promise<Configuration>;
  /** FOLDER_UNKNOWN, DEVICE_UNKNOWN. */
  pause(request: Pause): Promise<Configuration>;
  /** FOLDER_UNKNOWN, DEVICE_UNKNOWN. */
  resume(request: Resume): Promise<Configuration>;
}

/** A running daemon. */
export interface DaemonService extends ConfigurationService {
  status(): Promise<StatusReport>;
  /** FOLDER_UNKNOWN, FOLDER_KIND_WRONG, FOLDER_NOT_OPEN. */
  decide(folder: string, decision: Decision): Promise<DecidedAnswer>;
  /** Resolves when the scan is done. FOLDER_UNKNOWN. */
  rescan(request: Rescan): Promise<void>;
  /** Calls `listener` soon after anything in the status or the configuration changed, until the returned function is called. */
  onChange(listener: (event: ChangeEvent) => void): () => void;
}
