/**
 * The folders on one connection: says what we share and whether it runs, hears the same from the device, and keeps a
 * session for every folder that both latest words have as running. Source: BEP v1, life of a connection; MAL-11.
 */

import { Bell } from '../base/bell.ts';
import { KithError } from '../base/error.ts';
import type { TaskGroup } from '../base/task-group.ts';
import type { ClusterConfig, ClusterFolder } from '../bep/messages/cluster-config.ts';
import type { HeardIndex } from '../bep/messages/index-message.ts';
import type { RequestMessage } from '../bep/messages/request.ts';
import type { BepSession } from '../bep/session.ts';
import type { DeviceId } from '../model/device-id.ts';
import type { FolderId } from '../model/folder.ts';
import type { BlockSource, FolderExchange, IndexClaim, IndexNews } from '../ports/exchange.ts';
import { FolderSession } from './folder-session.ts';
import type { IndexBatch, IndexPosition } from './index-sender.ts';
import type { Outbox } from './outbox.ts';
import type { PeerPorts, PeerSettings } from './settings.ts';

/** For so long after we changed what we share, news that crossed our word is passed over instead of punished. */
const CROSSING_MS = 30_000;
const LOOK_MS = 60_000;

/** What it is made of. `settings` are the current ones, whenever it is called. */
export interface FoldersParts {
  readonly ports: Pick<PeerPorts, 'clock' | 'log'>;
  readonly settings: () => PeerSettings;
  readonly device: DeviceId;
  readonly address: string;
  readonly session: BepSession;
  readonly outbox: Outbox;
  readonly group: TaskGroup;
  readonly source: (folder: FolderId, isOpen: () => boolean) => BlockSource;
}

/** What the device says of one folder. */
interface TheirFolder {
  readonly isRunning: boolean;
  readonly index: IndexClaim;
  readonly heardOfUs: IndexClaim;
}

/** See above. */
export class ConnectionFolders {
  readonly #parts: FoldersParts;
  readonly #bell = new Bell();
  readonly #sessions = new Map<FolderId, FolderSession>();
  /** Per folder, when its last session has let go. */
  readonly #past = new Map<FolderId, Promise<void>>();
  readonly #subscriptions = new Map<FolderExchange, () => void>();
  #theirs: ReadonlyMap<FolderId, TheirFolder> = new Map();
  /** What we said last, by folder; undefined before the first word. */
  #said: ReadonlyMap<FolderId, string> | undefined;
  #saidAt = 0;
  #hasHeard = false;

  constructor(parts: FoldersParts) {
    this.#parts = parts;
  }

  /** Says what we share, and says it again whenever it changes; until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        this.#reconcile();
        await this.#bell.wait(this.#parts.ports.clock, LOOK_MS, signal);
      }
    } finally {
      for (const unsubscribe of this.#subscriptions.values()) unsubscribe();
      this.#subscriptions.clear();
    }
  }

  /** The settings may have changed. Takes effect before it returns. */
  refresh(): void {
    if (this.#said !== undefined) this.#reconcile();
  }

  /** Takes the device's word; it replaces every earlier one. */
  hear(config: ClusterConfig): void {
    this.#theirs = new Map(config.folders.map((folder) => [folder.id, this.#read(folder)]));
    this.#hasHeard = true;
    for (const [id, session] of this.#sessions) {
      const theirs = this.#theirs.get(id);
      if (theirs?.index.indexId === session.indexId) session.restart(theirs.heardOfUs);
      else session.stop();
    }
    this.refresh();
  }

  /**
   * Takes news of an index. PEER_INDEX_UNEXPECTED if it is of a folder that is not exchanged, PEER_INDEX_GAP if something
   * before it was missed.
   */
  async receive({ entries, prevSequence, ...message }: HeardIndex, kind: IndexNews['kind']) {
    const session = this.#open(message.folder);
    if (session !== undefined && (await session.receive({ kind, entries, prevSequence }))) return;
    // A folder that stopped behind our back counts as one we just took back our word for.
    if (session !== undefined || this.#mayCross(message.folder)) {
      this.#parts.ports.log.write('debug', 'index-ignored', {
        device: this.#parts.device,
        folder: message.folder,
      });
      return;
    }
    throw new KithError('PEER_INDEX_UNEXPECTED', { folder: message.folder });
  }

  /** Whether the device may have anything of this folder, running or not. */
  isShared(folder: FolderId): boolean {
    const { device, settings } = this.#parts;
    const { devices, exchanges } = settings();
    const isKnown = devices.some(({ id }) => id === device);
    return isKnown && exchanges.some((one) => one.id === folder && one.isSharedWith(device));
  }

  /** How to serve this request; undefined if the device may have nothing of the folder at this moment. */
  serve(message: RequestMessage): ((signal: AbortSignal) => Promise<Uint8Array>) | undefined {
    const exchange = this.#open(message.folder)?.exchange;
    if (exchange === undefined || !exchange.isRunning()) return undefined;
    return (signal) => exchange.serve(this.#parts.device, message.request, signal);
  }

  /** The session of a folder that may be exchanged right now. */
  #open(folder: FolderId): FolderSession | undefined {
    const session = this.#sessions.get(folder);
    if (session === undefined || session.isOver) return undefined;
    return session.exchange.isSharedWith(this.#parts.device) ? session : undefined;
  }

  #mayCross(folder: FolderId): boolean {
    const isRecent = this.#parts.ports.clock.mono() - this.#saidAt < CROSSING_MS;
    return isRecent && this.#theirs.get(folder)?.isRunning === true;
  }

  #reconcile(): void {
    const shared = this.#shared();
    this.#subscribe(shared);
    this.#endSessions(shared);
    this.#say(shared);
    if (this.#hasHeard) this.#beginSessions(shared);
  }

  #shared(): readonly FolderExchange[] {
    const { device, settings } = this.#parts;
    return settings().exchanges.filter((exchange) => exchange.isSharedWith(device));
  }

  #subscribe(shared: readonly FolderExchange[]): void {
    const all = new Set(this.#parts.settings().exchanges);
    for (const [exchange, unsubscribe] of this.#subscriptions) {
      if (all.has(exchange)) continue;
      unsubscribe();
      this.#subscriptions.delete(exchange);
    }
    for (const exchange of new Set([...all, ...shared])) {
      if (this.#subscriptions.has(exchange)) continue;
      this.#subscriptions.set(
        exchange,
        exchange.onChange(() => this.#onChange(exchange)),
      );
    }
  }

  #onChange(exchange: FolderExchange): void {
    const session = this.#sessions.get(exchange.id);
    if (session?.exchange === exchange) {
      // It may run again before we look: what was said and sent before it stopped holds no more.
      if (!exchange.isRunning()) session.stop();
      session.wake();
    }
    this.#bell.ring();
  }

  #endSessions(shared: readonly FolderExchange[]): void {
    for (const [id, session] of this.#sessions) {
      const stays =
        shared.includes(session.exchange) &&
        session.exchange.isRunning() &&
        this.#theirs.get(id)?.isRunning === true;
      if (!stays) session.stop();
    }
  }

  #say(shared: readonly FolderExchange[]): void {
    const said = new Map(shared.map((exchange) => [exchange.id, wordOf(exchange)]));
    const hasChanged = this.#said === undefined || !isEqual(said, this.#said);
    // After a session ended on our side, the device must begin anew from what we have of its index.
    const isStale = [...this.#sessions].some(([id, session]) => {
      const theirs = this.#theirs.get(id);
      return (
        session.isOver && theirs?.isRunning === true && theirs.index.indexId === session.indexId
      );
    });
    for (const [id, session] of this.#sessions) if (session.isOver) this.#sessions.delete(id);
    if (!hasChanged && !isStale) return;
    this.#said = said;
    this.#saidAt = this.#parts.ports.clock.mono();
    this.#parts.outbox.post('control', () => {
      // Looked at once more: what was unshared since may not be named.
      const folders = shared.filter((exchange) => exchange.isSharedWith(this.#parts.device));
      return this.#parts.session.clusterConfig({ folders: folders.map((one) => this.#word(one)) });
    });
  }

  #beginSessions(shared: readonly FolderExchange[]): void {
    for (const exchange of shared) {
      const theirs = this.#theirs.get(exchange.id);
      if (theirs?.isRunning !== true || !exchange.isRunning()) continue;
      if (!this.#sessions.has(exchange.id)) this.#begin(exchange, theirs);
    }
  }

  #begin(exchange: FolderExchange, theirs: TheirFolder): void {
    const { device, address, ports, source, group } = this.#parts;
    const session: FolderSession = new FolderSession({
      exchange,
      device,
      clock: ports.clock,
      peer: {
        source: source(exchange.id, () => !session.isOver),
        index: theirs.index,
        heardOfUs: theirs.heardOfUs,
        address,
      },
      send: (batch, signal) => this.#send(session, batch, signal),
    });
    this.#sessions.set(exchange.id, session);
    const before = this.#past.get(exchange.id) ?? Promise.resolve();
    this.#past.set(exchange.id, session.start(group, before));
  }

  #send(session: FolderSession, { entries, position }: IndexBatch, signal: AbortSignal) {
    const { outbox, session: bep, device } = this.#parts;
    const folder = session.exchange.id;
    const mayGoOn = () => this.isShared(folder);
    const make = () => {
      if (session.isOver || !session.exchange.isSharedWith(device)) return undefined;
      const update = { kind: 'update', prevSequence: sequenceOf(position) } as const;
      return bep.index({ folder, entries }, position.kind === 'full' ? { kind: 'full' } : update);
    };
    return outbox.put({ lane: 'index', make, mayGoOn }, signal);
  }

  #word(exchange: FolderExchange): ClusterFolder {
    const { device, settings } = this.#parts;
    const { self, name } = settings();
    const entry = { addresses: [], isEncrypted: false };
    const ours = knownOf(exchange, () => exchange.ourIndex());
    const theirs = knownOf(exchange, () => exchange.heardOf(device));
    return {
      id: exchange.id,
      label: '',
      // Asked last: the questions above may have stopped it.
      isPaused: !exchange.isRunning(),
      devices: [
        { ...entry, id: self, name, ...ours },
        { ...entry, id: device, name: '', ...theirs },
      ],
    };
  }

  #read(folder: ClusterFolder): TheirFolder {
    const { device, settings } = this.#parts;
    const entryOf = (id: DeviceId) => folder.devices.find((one) => one.id === id);
    const [them, us] = [entryOf(device), entryOf(settings().self)];
    const isEncrypted = them?.isEncrypted === true || us?.isEncrypted === true;
    return {
      isRunning: !folder.isPaused && !isEncrypted,
      index: { indexId: them?.indexId ?? 0n, sequence: them?.sequence ?? 0 },
      heardOfUs: { indexId: us?.indexId ?? 0n, sequence: us?.sequence ?? 0 },
    };
  }
}

/** What counts as news of a folder of ours to others. */
function wordOf(exchange: FolderExchange): string {
  const { indexId } = knownOf(exchange, () => exchange.ourIndex());
  return exchange.isRunning() ? `runs ${indexId}` : 'paused';
}

/** What a folder that runs claims; of one that does not, or that stops at the question, nothing is known. */
function knownOf(exchange: FolderExchange, claim: () => IndexClaim): IndexClaim {
  try {
    if (exchange.isRunning()) return claim();
  } catch (error) {
    if (exchange.isRunning()) throw error;
  }
  return { indexId: 0n, sequence: 0 };
}

function isEqual(a: ReadonlyMap<FolderId, string>, b: ReadonlyMap<FolderId, string>): boolean {
  return a.size === b.size && [...a].every(([id, word]) => b.get(id) === word);
}

function sequenceOf(position: IndexPosition): number {
  return position.kind === 'full' ? 0 : position.after;
}
