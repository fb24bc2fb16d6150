/**
 * A folder: opens its root, then observes, pulls and answers until it is told to stop. One folder's trouble never touches
 * another: what stops it becomes its state.
 */

import { asKithError, KithError } from '../base/error.ts';
import { TaskGroup } from '../base/task-group.ts';
import { type DeviceId, shortId } from '../model/device-id.ts';
import type { SequencedEntry } from '../model/entry.ts';
import type { FolderId } from '../model/folder.ts';
import type { RelPath } from '../model/path.ts';
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
import { completionOf, type FolderStatus, isNothing } from './folder-status.ts';
import { Hearings } from './hearing.ts';
import { Ledger } from './ledger.ts';
import { Observer } from './observer.ts';
import { forgetBase, openFolder } from './opening.ts';
import { Puller } from './puller.ts';
import { recoverIntents } from './recovery.ts';
import { Server } from './server.ts';
import { Sources } from './sources.ts';
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
}

/** The parts that exist while the folder runs. */
interface Running {
  readonly context: FolderContext;
  readonly observer: Observer;
  readonly puller: Puller;
  readonly server: Server;
  readonly hearings: Hearings;
}

/** A stopped folder looks again this often whether its root is back. */
const REOPEN_MS = 10_000;
/** How often what was recorded is made durable. */
const SYNC_EVERY_MS = 30_000;
/** Paths counted in one slice of the main thread. */
const COUNT_SLICE = 500;

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
  #running: Running | undefined;
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
      try {
        await this.#runOnce(AbortSignal.any([signal, restart.signal]));
      } catch (error) {
        if (signal.aborted) break;
        if (!restart.signal.aborted) await this.#stop(error, signal);
      } finally {
        this.#running = undefined;
        this.#tell();
      }
    }
    await this.#endCleanly();
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
    const nowMs = this.#ports.clock.mono();
    const { local, global, need } = this.#totals;
    const problems = this.#problems();
    const devices = this.#devices.map((device) => {
      const lacking = this.#totals.needOf(device);
      return {
        device,
        heard: this.#running?.hearings.isHeard(device) === true,
        connected: this.#sources.has(device),
        need: { ...lacking },
        completion: completionOf(lacking, global),
        freshnessMs: isNothing(lacking) ? 0 : nowMs - (this.#lackingSinceMs.get(device) ?? nowMs),
      };
    });
    return {
      ...this.#state(devices, problems.length),
      local: { ...local },
      global: { ...global },
      need: { ...need },
      problems,
      devices,
    };
  }

  // --- as other devices see it ---

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
    const indexId = this.#store.identity()?.indexId ?? 0n;
    return { indexId, sequence: this.#store.lastSequence() };
  }

  heardOf(device: DeviceId): IndexClaim {
    const stored = this.#store.peer(device);
    return { indexId: stored?.indexId ?? 0n, sequence: stored?.heard ?? 0 };
  }

  entriesAfter(sequence: number, limit: number): readonly SequencedEntry[] {
    return this.#store.oursAfter(sequence, limit);
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
    await running.hearings.begin(device, peer.index);
    running.puller.considerAll();
    this.#tell();
    return () => {
      this.#sources.remove(device, peer.source);
      if (!this.#sources.has(device)) running.hearings.end(device);
      this.#tell();
    };
  }

  async receive(device: DeviceId, news: IndexNews): Promise<void> {
    await this.#expectRunning(device).hearings.take(device, news);
  }

  async serve(device: DeviceId, request: BlockRequest, signal: AbortSignal): Promise<Uint8Array> {
    if (!this.isSharedWith(device) || this.#running === undefined) {
      throw new KithError('REQUEST_REFUSED', {});
    }
    const bytes = await this.#running.server.serve(request);
    signal.throwIfAborted();
    // It may have been unshared while the disk was reading.
    if (!this.isSharedWith(device)) throw new KithError('REQUEST_REFUSED', {});
    return bytes;
  }

  // --- inside ---

  #expectRunning(device: DeviceId): Running {
    if (!this.isSharedWith(device) || this.#running === undefined) {
      throw new KithError('FOLDER_NOT_SHARED', { folder: this.id });
    }
    return this.#running;
  }

  async #runOnce(signal: AbortSignal): Promise<void> {
    const { id, path, self, rules, bootId } = this.#settings;
    const opening = { ports: this.#ports, store: this.#store, id, path, bootId };
    if (this.#isBaseLost) await forgetBase(opening);
    this.#isBaseLost = false;
    const opened = await openFolder(opening);
    const context: FolderContext = {
      ports: this.#ports,
      id,
      root: opened.root,
      self: { device: self, shortId: shortId(self) },
      counter: opened.identity.indexId,
      rules,
      store: this.#store,
      ledger: this.#ledger,
      busy: new Set<RelPath>(),
      unsynced: { range: opened.isAfterPowerCut ? this.#unsyncedRange() : undefined },
    };
    this.#opened = context;
    await this.#recount(signal);
    await recoverIntents(context);
    const leftover = await this.#ports.disk.run(
      'listStage',
      { root: context.root },
      { urgency: 0 },
    );
    const running = this.#assemble(context, leftover);
    const group = new TaskGroup(signal);
    try {
      const watch = this.#ports.watcher.watch(path, group.signal);
      group.start(async () => {
        for await (const batch of watch.batches) running.observer.hear(batch);
      });
      await watch.ready;
      this.#running = running;
      this.#stopped = undefined;
      this.#ports.log.write('info', 'folder-open', { folder: id, path });
      this.#tell();
      group.start((inner) => running.observer.run(inner));
      group.start((inner) => running.puller.run(inner));
      group.start((inner) => this.#keepSynced(context, inner));
      await group.join();
    } finally {
      group.cancel(signal.reason);
    }
  }

  #unsyncedRange(): { readonly after: number; readonly upTo: number } {
    const after = this.#store.identity()?.syncedSequence ?? 0;
    return { after, upTo: this.#store.lastSequence() };
  }

  #assemble(context: FolderContext, leftover: readonly string[]): Running {
    const observer = new Observer(context);
    const doubt = (diskPath: string): void => observer.doubt(diskPath, { isTree: true });
    const isLacking = (): boolean => !isNothing(this.#totals.need);
    const puller = new Puller(context, { sources: this.#sources, leftover, doubt, isLacking });
    const server = new Server(context, doubt);
    const hearings = new Hearings(context, async (_device, isFull) => {
      if (isFull) await this.#recount(new AbortController().signal);
      puller.considerAll();
      this.#tell();
    });
    return { context, observer, puller, server, hearings };
  }

  /** Now and then makes what people wrote durable too, so that after a power cut little is in doubt. */
  async #keepSynced(context: FolderContext, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#ports.clock.sleep(SYNC_EVERY_MS, signal);
      if (context.unsynced.range === undefined) await this.#syncNow(context);
    }
  }

  async #syncNow(context: FolderContext): Promise<void> {
    const syncedSequence = this.#store.lastSequence();
    if (this.#store.identity()?.syncedSequence === syncedSequence) return;
    const isDone = await this.#ports.disk.run('syncAll', { root: context.root }, { urgency: 2 });
    if (!isDone) return;
    await this.#ledger.change(() => {
      const identity = this.#store.identity();
      return identity === undefined ? undefined : { identity: { ...identity, syncedSequence } };
    });
  }

  /** Sums of everything, from the start. */
  async #recount(signal: AbortSignal): Promise<void> {
    // Within the ledger's order, so that no change is counted twice or not at all.
    await this.#ledger.change(() => {
      this.#totals.reset(this.#devices);
      let after: RelPath | undefined;
      for (;;) {
        signal.throwIfAborted();
        const paths = this.#store.paths(after, COUNT_SLICE);
        if (paths.length === 0) return undefined;
        for (const path of paths) this.#totals.count(path, 1);
        after = paths.at(-1);
      }
    });
  }

  /** A device knows more of our index than we do: our database is older than the world. */
  #loseBase(): void {
    this.#ports.log.write('warn', 'database-rolled-back', { folder: this.id });
    this.#isBaseLost = true;
    this.#restart?.abort(new Error('starting anew'));
  }

  async #stop(error: unknown, signal: AbortSignal): Promise<void> {
    const known = asKithError(error);
    const isNews = known === undefined || this.#stopped?.code !== known.code;
    if (known === undefined || known.kind === 'bug') {
      this.#stopped = known ?? new KithError('BUG', { what: String(error) }, error);
      this.#ports.log.write('error', 'folder-failed', {
        folder: this.id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    } else {
      this.#stopped = known;
      const { code, message } = known;
      if (isNews)
        this.#ports.log.write('error', 'folder-stopped', { folder: this.id, code, text: message });
    }
    this.#running = undefined;
    this.#tell();
    await this.#ports.clock.sleep(REOPEN_MS, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }

  async #endCleanly(): Promise<void> {
    if (this.#opened !== undefined && this.#opened.unsynced.range === undefined) {
      await this.#syncNow(this.#opened);
    }
    const identity = this.#store.identity();
    if (identity === undefined || this.#stopped !== undefined) return;
    await this.#store.commit({ identity: { ...identity, endedCleanly: true } });
  }

  #problems(): FolderStatus['problems'] {
    if (this.#running === undefined) return [];
    const { observer, puller } = this.#running;
    const all = [...observer.problems.list(), ...puller.problems.list()];
    // What merely moved under our eyes is taken up again in a moment.
    return all.filter((problem) => problem.code !== 'FILE_CHANGED');
  }

  #state(
    devices: FolderStatus['devices'],
    problems: number,
  ): Pick<FolderStatus, 'state' | 'stateReason'> {
    if (this.#stopped !== undefined) {
      const state = this.#stopped.kind === 'bug' ? 'error' : 'stopped';
      return { state, stateReason: this.#stopped.message };
    }
    if (this.#running === undefined) return { state: 'scanning', stateReason: 'opening' };
    const seen = this.#running.observer.state();
    if (seen.isEmptied) {
      return { state: 'held', stateReason: new KithError('FOLDER_EMPTIED').message };
    }
    if (seen.isScanning) return { state: 'scanning', stateReason: seen.blind };
    if (!seen.isResting || !this.#running.puller.isResting()) {
      return { state: 'syncing', stateReason: seen.blind };
    }
    const connected = devices.filter((device) => device.connected);
    if (!connected.every((device) => device.heard)) {
      return { state: 'syncing', stateReason: 'a device has not been heard out' };
    }
    if (problems > 0)
      return { state: 'held', stateReason: `${problems} items cannot be synchronised` };
    if (!isNothing(this.#totals.need)) {
      return { state: 'syncing', stateReason: 'no connected device has what is lacking here' };
    }
    if (!connected.every((device) => isNothing(device.need))) {
      return { state: 'syncing', stateReason: 'other devices are fetching' };
    }
    return { state: 'idle', stateReason: seen.blind };
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
