/** The runs of a folder, one after the other: what begins them, what ends them, and the rest in between. */

import type { KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { FolderStore } from '../ports/folder-store.ts';
import type { FolderContext, FolderPorts } from './context.ts';
import { endCleanly } from './durability.ts';
import { carryOn, type FolderRun, openRun } from './folder-run.ts';
import type { FolderSettings } from './folder-settings.ts';
import { isNothing } from './folder-status.ts';
import type { Ledger } from './ledger.ts';
import { forgetBase } from './opening.ts';
import { Rest } from './rest.ts';
import type { Sources } from './sources.ts';
import { stopOf } from './stopping.ts';
import type { Totals } from './totals.ts';

/** A stopped folder looks again this often whether its root is back. */
const REOPEN_MS = 10_000;
/** Why a run ends that is to begin again at once. */
const ANEW = new Error('starting anew');

export interface LifeParts {
  readonly ports: FolderPorts;
  readonly store: FolderStore;
  readonly settings: FolderSettings;
  readonly ledger: Ledger;
  readonly totals: Totals;
  readonly sources: Sources;
  readonly isSharedWith: (device: DeviceId) => boolean;
  /** Sums of everything anew. */
  readonly recount: (signal: AbortSignal) => Promise<void>;
  /** Something in the status has changed. */
  readonly tell: () => void;
}

export class FolderLife {
  readonly #parts: LifeParts;
  readonly #rest: Rest;
  #running: FolderRun | undefined;
  #stopped: KithError | undefined;
  #restart: AbortController | undefined;
  #isBaseLost = false;
  /** Of the last opening: there is something to make durable at the end. */
  #opened: FolderContext | undefined;

  constructor(parts: LifeParts) {
    this.#parts = parts;
    this.#rest = new Rest(parts.settings.isPaused);
  }

  /** The present run, once it is open. */
  get running(): FolderRun | undefined {
    return this.#running;
  }

  /** What stops it until it is tried again. */
  get stopped(): KithError | undefined {
    return this.#stopped;
  }

  get isPaused(): boolean {
    return this.#rest.isPaused;
  }

  /** Runs until the signal aborts; opens again what had to stop, once its cause is gone. Throws only bugs. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const restart = new AbortController();
      this.#restart = restart;
      const cause = await this.#runUntilStopped(signal, restart.signal);
      this.#running = undefined;
      this.#parts.tell();
      if (cause !== undefined && !signal.aborted) await this.#stop(cause.error, signal);
    }
    await this.#endCleanly();
  }

  /** While it is paused it neither looks at the disk nor changes it, and neither takes nor gives anything. */
  pause(isPaused: boolean): void {
    if (!this.#rest.set(isPaused)) return;
    if (isPaused) {
      // From now on others hear that it rests, whatever has yet to come to an end.
      this.#running = undefined;
      this.#restart?.abort(ANEW);
    }
    this.#parts.tell();
  }

  /** The run met what stops the folder. One before the present one may have met a root that is not the present one's. */
  halt(error: KithError, running: FolderRun | undefined): KithError {
    if (running === undefined || running !== this.#running) return error;
    this.#running = undefined;
    this.#restart?.abort(error);
    this.#parts.tell();
    return error;
  }

  /** A device knows more of our index than we do: our database is older than the world. */
  loseBase(): void {
    this.#parts.ports.log.write('warn', 'database-rolled-back', {
      folder: this.#parts.settings.id,
    });
    this.#isBaseLost = true;
    this.#restart?.abort(ANEW);
  }

  async #runOnce(signal: AbortSignal): Promise<void> {
    const { settings, ports, store, totals, ledger, sources, isSharedWith, recount, tell } =
      this.#parts;
    const { id, path, bootId, rules } = settings;
    const common = { ports, store };
    if (this.#isBaseLost) await forgetBase({ ...common, bootId, kind: rules.kind });
    this.#isBaseLost = false;
    await recount(signal);
    const run = await openRun({
      ...settings,
      ...common,
      ledger,
      sources,
      isSharedWith,
      hadWriteError: this.#hadWriteError(),
      isLacking: () => !isNothing(totals.need),
      onBaseNew: () => recount(signal),
      onHeard: async (heard) => {
        if (heard === 'replaced') await recount(signal);
        tell();
      },
    });
    this.#opened = run.context;
    const onOpen = (): void => {
      this.#running = run;
      this.#stopped = undefined;
      ports.log.write('info', 'folder-open', { folder: id, path });
      tell();
    };
    await carryOn(run, onOpen, signal);
  }

  /** An error of writing is told once: no later sync that works proves anything of what was written before. */
  #hadWriteError(): boolean {
    return this.#stopped?.code === 'FILE_FAILED' || this.#opened?.unsynced.hadWriteError === true;
  }

  /** What stops the folder until it is tried again; undefined if nothing does. */
  async #runUntilStopped(
    signal: AbortSignal,
    restart: AbortSignal,
  ): Promise<{ readonly error: unknown } | undefined> {
    try {
      if (this.#rest.isPaused) await this.#sleep(signal);
      else await this.#runOnce(AbortSignal.any([signal, restart]));
    } catch (error) {
      if (!restart.aborted) return { error };
    }
    return restart.aborted && restart.reason !== ANEW ? { error: restart.reason } : undefined;
  }

  /** Until it is not paused any more. */
  async #sleep(signal: AbortSignal): Promise<void> {
    this.#stopped = undefined;
    await this.#endCleanly();
    await this.#parts.recount(signal);
    this.#parts.tell();
    await this.#rest.end(this.#parts.ports.clock, signal);
  }

  async #endCleanly(): Promise<void> {
    if (this.#opened !== undefined && this.#stopped === undefined) await endCleanly(this.#opened);
    this.#opened = undefined;
  }

  async #stop(error: unknown, signal: AbortSignal): Promise<void> {
    const { ports, settings, tell } = this.#parts;
    const { log, clock } = ports;
    this.#stopped = stopOf(error, { log, folder: settings.id, before: this.#stopped });
    this.#running = undefined;
    tell();
    await clock.sleep(REOPEN_MS, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }
}
