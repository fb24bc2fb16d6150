/** What the command line is given by whoever puts the program together: it knows neither the daemon nor its files. */

import type { Finding } from '../api/finding.ts';
import type { ConfigurationService } from '../api/service.ts';
import type { StatusReport } from '../api/status.ts';

/** The configuration file under the home's lock. */
export type OfflineConfig = ConfigurationService & AsyncDisposable;

export interface InitOptions {
  readonly name?: string | undefined;
  readonly listen: readonly string[];
  readonly api: string;
}

export interface RunOptions {
  /** Its abort stops the daemon cleanly. */
  readonly signal: AbortSignal;
  /** Called once the control API answers and every folder has been started. */
  readonly onReady: (running: RunningDaemon) => void;
  /** Takes the log, whole lines at a time. */
  readonly log: (lines: string) => void;
}

/** A daemon in this process. */
export interface RunningDaemon {
  status(): Promise<StatusReport>;
}

export interface ExamineOptions {
  /** Asks the daemon of the home; called only while somebody holds its lock. */
  readonly askStatus: () => Promise<StatusReport>;
  readonly signal: AbortSignal;
}

export interface Program {
  readonly version: string;
  /** Runs a daemon until the signal aborts, then resolves; rejects if it cannot start or fails. */
  runDaemon(home: string, options: RunOptions): Promise<void>;
  /** Sets `home` up and gives the new device's id. CONFIG_EXISTS, HOME_UNSAFE. */
  initHome(home: string, options: InitOptions): Promise<string>;
  /** The file for changes, or undefined if a daemon, or for a moment another command, has the lock. CONFIG_MISSING. */
  openOffline(home: string): Promise<OfflineConfig | undefined>;
  /** What is well and what is not, finding by finding, whether a daemon runs or not. Changes nothing. */
  examine(home: string, options: ExamineOptions): AsyncIterable<Finding>;
}
