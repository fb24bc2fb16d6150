/**
 * A folder: opens its root, then observes, pulls and answers until it is told to stop. One folder's trouble never touches
 * another: what stops it becomes its state.
 */

import { KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { SequencedEntry } from '../model/entry.ts';
import type { FolderId } from '../model/folder.ts';
import type { Rules } from '../planner/rules.ts';
import type {
  BlockRequest,
  ConnectedPeer,
  FolderExchange,
  IndexClaim,
  IndexNews,
} from '../ports/exchange.ts';
import type { FolderStore } from '../ports/folder-store.ts';
import type { FolderContext, FolderPorts } from './context.ts';
import { endCleanly } from './durability.ts';
import { reportOf } from './folder-report.ts';
import { carryOn, type FolderRun, openRun } from './folder-run.ts';
import { type FolderStatus, isNothing } from './folder-status.ts';
import { halting, haltingNow } from './halting.ts';
import { Ledger } from './ledger.ts';
import { forgetBase } from './opening.ts';
import { Sources } from './sources.ts';
import { stopOf } from './stopping.ts';
import { Totals } from './totals.ts';

export interface FolderSettings {
  readonly id: FolderId;
  /** Absolute path of the root. */
  readonly path: string;
  readonly self: DeviceId;
  /** Devices that share it, without this one. */
  readonly devices: readonly DeviceId[];
  readonly rules: Rules;
  /** Changes with every start of the machine. */
  readonly bootId: string;
  readonly bootedAtMs: number;
}

/** A stopped folder looks again this often whether its root is back. */
const REOPEN_MS = 10_000;
/** Why a run ends that is to begin again at once. */
const ANEW = new Error('starting anew');

export class Folder implements FolderExchange {
  readonly id: FolderId;
  readonly #settings: FolderSettings;
  readonly #ports: FolderPorts;
  readonly #store: FolderStore;
  readonly #sources = new Sources();
  readonly #totals: Totals;
  readonly #ledger: Ledger;
  readonly #listeners = new Set<() => void>();
  readonly #lackingSinceMs = new Map<DeviceId, number>();
  #devices: readonly DeviceId[];
  #running: FolderRun | undefined;
  #stopped: KithError | undefined;
  #restart: AbortController | undefined;
  #isBaseLost = false;
  /** Of the last opening: there is something to make durable at the end. */
  #opened: FolderContext | undefined;

  constructor(ports: FolderPorts, store: FolderStore, settings: FolderSettings) {
    this.id = settings.id;
    this.#settings = settings;
    this.#ports = ports;
    this.#store = store;
    this.#devices = [...settings.devices].sort();
    this.#totals = new Totals(store, settings.rules, this.#devices);
    this.#ledger = new Ledger(store, this.#totals);
    this.#ledger.onChange((changed) => {
      this.#running?.puller.consider(changed.paths);
      this.#tell();
    });
  }

  /** Runs until the signal aborts; opens again what had to stop, once its cause is gone. Throws only bugs. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const restart = new AbortController();
      this.#restart = restart;
      const cause = await this.#runUntilStopped(signal, restart.signal);
      this.#running = undefined;
      this.#tell();
      if (cause !== undefined && !signal.aborted) await this.#stop(cause.error, signal);
    }
    if (this.#opened !== undefined && this.#stopped === undefined) await endCleanly(this.#opened);
  }

  /** Devices that share the folder changed. */
  async share(devices: readonly DeviceId[]): Promise<void> {
    const gone = this.#devices.filter((device) => !devices.includes(device));
    this.#devices = [...devices].sort();
    if (gone.length > 0) await this.#ledger.change(() => ({ forgetPeers: gone }));
    await this.#recount(new AbortController().signal);
    this.#running?.puller.considerAll();
    this.#tell();
  }

  /** Looks at everything again; `mayEmpty`: that everything is gone was meant. */
  rescan(options: { readonly mayEmpty: boolean }): void {
    this.#running?.observer.rescan(options);
  }

  status(): FolderStatus {
    return reportOf({
      nowMs: this.#ports.clock.mono(),
      totals: this.#totals,
      sources: this.#sources,
      devices: this.#devices,
      lackingSinceMs: this.#lackingSinceMs,
      running: this.#running,
      stopped: this.#stopped,
    });
  }

  isSharedWith(device: DeviceId): boolean {
    return this.#devices.includes(device);
  }

  devices(): readonly DeviceId[] {
    return this.#devices;
  }

  isRunning(): boolean {
    return this.#running !== undefined;
  }

  ourIndex(): IndexClaim {
    return this.#read(() => {
      const indexId = this.#store.identity()?.indexId ?? 0n;
      return { indexId, sequence: this.#store.lastSequence() };
    });
  }

  heardOf(device: DeviceId): IndexClaim {
    const stored = this.#read(() => this.#store.peer(device));
    return { indexId: stored?.indexId ?? 0n, sequence: stored?.heard ?? 0 };
  }

  entriesAfter(sequence: number, limit: number): readonly SequencedEntry[] {
    return this.#read(() => this.#store.oursAfter(sequence, limit));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async connect(device: DeviceId, peer: ConnectedPeer): Promise<() => void> {
    const running = this.#expectRunning(device);
    const ours = this.ourIndex();
    if (peer.heardOfUs.indexId === ours.indexId && peer.heardOfUs.sequence > ours.sequence) {
      this.#loseBase();
      throw new KithError('FOLDER_NOT_SHARED', { folder: this.id, reason: 'starting anew' });
    }
    this.#sources.add(device, peer.source);
    try {
      await this.#guard(running, () => running.hearings.begin(device, peer.index));
    } catch (error) {
      this.#sources.remove(device, peer.source);
      throw error;
    }
    running.puller.considerAll();
    this.#tell();
    return () => {
      this.#sources.remove(device, peer.source);
      if (!this.#sources.has(device)) running.hearings.end(device);
      this.#tell();
    };
  }

  async receive(device: DeviceId, news: IndexNews): Promise<void> {
    const running = this.#expectRunning(device);
    await this.#guard(running, () => running.hearings.take(device, news));
  }

  async serve(device: DeviceId, request: BlockRequest, signal: AbortSignal): Promise<Uint8Array> {
    if (!this.isSharedWith(device) || this.#running === undefined) {
      throw new KithError('REQUEST_REFUSED', {});
    }
    const running = this.#running;
    const refusal = (error: KithError): KithError =>
      new KithError('REQUEST_REFUSED', {}, this.#halt(error, running));
    const bytes = await halting(() => running.server.serve(device, request), refusal);
    signal.throwIfAborted();
    // It may have been unshared while the disk was reading.
    if (!this.isSharedWith(device)) throw new KithError('REQUEST_REFUSED', {});
    return bytes;
  }

  /** Work for a device: what it meets that stops the folder does so, and the device may not have it any more. */
  async #guard(running: FolderRun, work: () => Promise<void>): Promise<void> {
    await halting(work, (error) => this.#notShared(this.#halt(error, running)));
  }

  #read<Answer>(read: () => Answer): Answer {
    return haltingNow(read, (error) => this.#halt(error, this.#running));
  }

  /** A run before the present one may have met a root that is not the present one's. */
  #halt(error: KithError, running: FolderRun | undefined): KithError {
    if (running === undefined || running !== this.#running) return error;
    this.#running = undefined;
    this.#restart?.abort(error);
    this.#tell();
    return error;
  }

  #expectRunning(device: DeviceId): FolderRun {
    if (!this.isSharedWith(device) || this.#running === undefined) throw this.#notShared();
    return this.#running;
  }

  #notShared(cause?: KithError): KithError {
    return new KithError('FOLDER_NOT_SHARED', { folder: this.id }, cause);
  }

  async #runOnce(signal: AbortSignal): Promise<void> {
    const { id, path, bootId } = this.#settings;
    const common = { ports: this.#ports, store: this.#store };
    if (this.#isBaseLost) await forgetBase({ ...common, bootId });
    this.#isBaseLost = false;
    await this.#recount(signal);
    const run = await openRun({
      ...this.#settings,
      ...common,
      ledger: this.#ledger,
      sources: this.#sources,
      isLacking: () => !isNothing(this.#totals.need),
      onBaseNew: () => this.#recount(signal),
      onHeard: async (heard) => {
        if (heard === 'replaced') await this.#recount(signal);
        this.#tell();
      },
    });
    this.#opened = run.context;
    const onOpen = (): void => {
      this.#running = run;
      this.#stopped = undefined;
      this.#ports.log.write('info', 'folder-open', { folder: id, path });
      this.#tell();
    };
    await carryOn(run, onOpen, signal);
  }

  /** What stops the folder until it is tried again; undefined if nothing does. */
  async #runUntilStopped(
    signal: AbortSignal,
    restart: AbortSignal,
  ): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#runOnce(AbortSignal.any([signal, restart]));
    } catch (error) {
      if (!restart.aborted) return { error };
    }
    return restart.aborted && restart.reason !== ANEW ? { error: restart.reason } : undefined;
  }

  /** Sums of everything, within the ledger's order, so that no change is counted twice or not at all. */
  async #recount(signal: AbortSignal): Promise<void> {
    await this.#ledger.change(() => {
      this.#totals.recount(this.#devices, signal);
      return undefined;
    });
  }

  /** A device knows more of our index than we do: our database is older than the world. */
  #loseBase(): void {
    this.#ports.log.write('warn', 'database-rolled-back', { folder: this.id });
    this.#isBaseLost = true;
    this.#restart?.abort(ANEW);
  }

  async #stop(error: unknown, signal: AbortSignal): Promise<void> {
    const { log } = this.#ports;
    this.#stopped = stopOf(error, { log, folder: this.id, before: this.#stopped });
    this.#running = undefined;
    this.#tell();
    await this.#ports.clock.sleep(REOPEN_MS, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }

  #tell(): void {
    const nowMs = this.#ports.clock.mono();
    for (const device of this.#devices) {
      if (isNothing(this.#totals.needOf(device))) this.#lackingSinceMs.delete(device);
      else if (!this.#lackingSinceMs.has(device)) this.#lackingSinceMs.set(device, nowMs);
    }
    for (const listener of this.#listeners) listener();
  }
}
