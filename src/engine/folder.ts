/**
 * A folder: opens its root, then observes, pulls and answers until it is told to stop. One folder's trouble never touches
 * another: what stops it becomes its state.
 */

import { asKithError, KithError } from '../base/error.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { SequencedEntry } from '../model/entry.ts';
import type { FolderId, FolderKind } from '../model/folder.ts';
import { asTold } from '../planner/kept.ts';
import type {
  BlockRequest,
  ConnectedPeer,
  FolderExchange,
  IndexClaim,
  IndexNews,
} from '../ports/exchange.ts';
import type { FolderStore } from '../ports/folder-store.ts';
import type { FolderPorts } from './context.ts';
import { FolderLife } from './folder-life.ts';
import { reportOf } from './folder-report.ts';
import type { FolderRun } from './folder-run.ts';
import type { FolderSettings } from './folder-settings.ts';
import { type FolderStatus, isNothing } from './folder-status.ts';
import { halting, haltingNow } from './halting.ts';
import { type Decided, expectDecidable, revertAll } from './kind-change.ts';
import { Ledger } from './ledger.ts';
import { type OverruleParts, overruleAll } from './overruling.ts';
import { Sources } from './sources.ts';
import { Totals } from './totals.ts';

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
  readonly #life: FolderLife;
  #devices: readonly DeviceId[];

  constructor(ports: FolderPorts, store: FolderStore, settings: FolderSettings) {
    this.id = settings.id;
    this.#settings = settings;
    this.#ports = ports;
    this.#store = store;
    this.#devices = [...settings.devices].sort();
    this.#totals = new Totals(store, settings.rules, this.#devices);
    this.#ledger = new Ledger(store, this.#totals);
    const shared = { totals: this.#totals, ledger: this.#ledger, sources: this.#sources };
    this.#life = new FolderLife({
      ports,
      store,
      settings,
      ...shared,
      isSharedWith: (device) => this.isSharedWith(device),
      recount: (signal) => this.#recount(signal),
      tell: () => this.#tell(),
    });
    this.#ledger.onChange((changed) => {
      this.#life.running?.puller.consider(changed.paths);
      this.#tell();
    });
  }

  /** Runs until the signal aborts; opens again what had to stop, once its cause is gone. Throws only bugs. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#life.run(signal);
  }

  /** While it is paused it neither looks at the disk nor changes it, and neither takes nor gives anything. */
  pause(isPaused: boolean): void {
    this.#life.pause(isPaused);
  }

  /** Devices that share the folder changed. */
  async share(devices: readonly DeviceId[]): Promise<void> {
    const gone = this.#devices.filter((device) => !devices.includes(device));
    this.#devices = [...devices].sort();
    if (gone.length > 0) await this.#ledger.change(() => ({ forgetPeers: gone }));
    for (const device of gone) this.#life.running?.context.allowance.dropped(device);
    await this.#recount(new AbortController().signal);
    this.#life.running?.puller.considerAll();
    this.#tell();
  }

  /** Looks at everything again; `mayEmpty`: that everything is gone was meant. */
  rescan(options: { readonly mayEmpty: boolean }): void {
    this.#life.running?.observer.rescan(options);
  }

  /** Discards what is kept: what others have takes its place. FOLDER_KIND_WRONG, FOLDER_NOT_OPEN. */
  async revert(): Promise<Decided> {
    return await revertAll(this.#decidable('receive-only'));
  }

  /** Makes what is here the newest of all, against what others have. Errors as above, and what the disk says. */
  async override(): Promise<Decided> {
    const parts = this.#decidable('send-only');
    const { running } = this.#life;
    try {
      return await overruleAll(parts);
    } catch (error) {
      // To a run that has ended the root may well look foreign, for it has been marked anew since.
      const known = asKithError(error);
      if (known === undefined || this.#life.running === running) throw error;
      throw this.#notOpen(known);
    }
  }

  status(): FolderStatus {
    return reportOf({
      nowMs: this.#ports.clock.mono(),
      kind: this.#settings.rules.kind,
      isPaused: this.#life.isPaused,
      totals: this.#totals,
      sources: this.#sources,
      devices: this.#devices,
      lackingSinceMs: this.#lackingSinceMs,
      running: this.#life.running,
      stopped: this.#life.stopped,
    });
  }

  isSharedWith(device: DeviceId): boolean {
    return this.#devices.includes(device);
  }

  devices(): readonly DeviceId[] {
    return this.#devices;
  }

  isRunning(): boolean {
    return this.#life.running !== undefined;
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
    return this.#read(() => this.#store.oursAfter(sequence, limit)).map(asTold);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async connect(device: DeviceId, peer: ConnectedPeer): Promise<() => void> {
    const running = this.#expectRunning(device);
    const ours = this.ourIndex();
    if (peer.heardOfUs.indexId === ours.indexId && peer.heardOfUs.sequence > ours.sequence) {
      this.#life.loseBase();
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
    if (!this.isSharedWith(device) || this.#life.running === undefined) {
      throw new KithError('REQUEST_REFUSED', {});
    }
    const running = this.#life.running;
    const refusal = (error: KithError): KithError =>
      new KithError('REQUEST_REFUSED', {}, this.#life.halt(error, running));
    const bytes = await halting(() => running.server.serve(device, request), refusal);
    signal.throwIfAborted();
    // It may have been unshared or paused while the disk was reading.
    if (!this.isSharedWith(device) || this.#life.isPaused)
      throw new KithError('REQUEST_REFUSED', {});
    return bytes;
  }

  /** Work for a device: what it meets that stops the folder does so, and the device may not have it any more. */
  async #guard(running: FolderRun, work: () => Promise<void>): Promise<void> {
    await halting(work, (error) => this.#notShared(this.#life.halt(error, running)));
  }

  #read<Answer>(read: () => Answer): Answer {
    return haltingNow(read, (error) => this.#life.halt(error, this.#life.running));
  }

  #decidable(kind: FolderKind): OverruleParts {
    const { rules } = this.#settings;
    const { running } = this.#life;
    const isOpen = running?.observer.state().isScanning === false;
    expectDecidable({ folder: this.id, is: rules.kind, wanted: kind, isOpen });
    if (running === undefined) throw this.#notOpen();
    const { context, observer } = running;
    const expectOpen = (): void => {
      if (this.#life.running !== running) throw this.#notOpen();
    };
    const doubtful = (): Iterable<string> => observer.doubtful();
    const { store, ledger, ports } = context;
    return { store, ledger, ports, rules, context, expectOpen, doubtful };
  }

  #notOpen(cause?: KithError): KithError {
    return new KithError('FOLDER_NOT_OPEN', { folder: this.id }, cause);
  }

  #expectRunning(device: DeviceId): FolderRun {
    if (!this.isSharedWith(device) || this.#life.running === undefined) throw this.#notShared();
    return this.#life.running;
  }

  #notShared(cause?: KithError): KithError {
    return new KithError('FOLDER_NOT_SHARED', { folder: this.id }, cause);
  }

  /** Sums of everything, within the ledger's order, so that no change is counted twice or not at all. */
  async #recount(signal: AbortSignal): Promise<void> {
    await this.#ledger.change(() => {
      this.#totals.recount(this.#devices, signal);
      return undefined;
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
