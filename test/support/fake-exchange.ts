/** A folder as connections see it, in memory: it records what it hears and serves what it is given. */

import { toHex } from '../../src/base/bytes.ts';
import { KithError } from '../../src/base/error.ts';
import { sha256 } from '../../src/base/sha256.ts';
import type { DeviceId } from '../../src/model/device-id.ts';
import type { SequencedEntry } from '../../src/model/entry.ts';
import { type FolderId, parseFolderId } from '../../src/model/folder.ts';
import type {
  BlockRequest,
  ConnectedPeer,
  FolderExchange,
  IndexClaim,
  IndexNews,
} from '../../src/ports/exchange.ts';
import { fileEntry } from './builders.ts';

/** What was heard of one device's index. */
export interface Heard {
  indexId: bigint;
  sequence: number;
  readonly paths: Map<string, number>;
}

export class FakeExchange implements FolderExchange {
  readonly id: FolderId;
  readonly shared = new Set<DeviceId>();
  readonly heard = new Map<DeviceId, Heard>();
  readonly connected = new Map<DeviceId, ConnectedPeer>();
  readonly news: { readonly device: DeviceId; readonly news: IndexNews }[] = [];
  /** How often a device was connected in all. */
  connects = 0;
  indexId: bigint;
  /** Runs inside `receive` and `serve`: where a test holds them up. */
  onReceive: () => Promise<void> = async () => undefined;
  onServe: (request: BlockRequest, signal: AbortSignal) => Promise<void> = async () => undefined;
  #isRunning = true;
  #entries: SequencedEntry[] = [];
  readonly #content = new Map<string, Uint8Array>();
  readonly #listeners = new Set<() => void>();

  constructor(id: string, indexId = 7n) {
    this.id = parseFolderId(id);
    this.indexId = indexId;
  }

  share(...devices: readonly DeviceId[]): void {
    for (const device of devices) this.shared.add(device);
    this.#tell();
  }

  unshare(device: DeviceId): void {
    this.shared.delete(device);
    this.#tell();
  }

  setRunning(state: 'runs' | 'stopped'): void {
    this.#isRunning = state === 'runs';
    this.#tell();
  }

  /** Announces a new file of one block. */
  add(path: string, content: string): void {
    const sequence = (this.#entries.at(-1)?.sequence ?? 0) + 1;
    this.#entries = this.#entries.filter((entry) => entry.path !== path);
    this.#entries.push({ ...fileEntry(content, { path }), sequence });
    this.#content.set(path, new TextEncoder().encode(content));
    this.#tell();
  }

  /** Content that is served though it is not announced. */
  put(path: string, bytes: Uint8Array): void {
    this.#content.set(path, bytes);
  }

  isSharedWith(device: DeviceId): boolean {
    return this.shared.has(device);
  }

  devices(): readonly DeviceId[] {
    return [...this.shared].sort();
  }

  isRunning(): boolean {
    return this.#isRunning;
  }

  ourIndex(): IndexClaim {
    return { indexId: this.indexId, sequence: this.#entries.at(-1)?.sequence ?? 0 };
  }

  heardOf(device: DeviceId): IndexClaim {
    const { indexId, sequence } = this.heard.get(device) ?? { indexId: 0n, sequence: 0 };
    return { indexId, sequence };
  }

  entriesAfter(sequence: number, limit: number): readonly SequencedEntry[] {
    return this.#entries.filter((entry) => entry.sequence > sequence).slice(0, limit);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async connect(device: DeviceId, peer: ConnectedPeer): Promise<() => void> {
    this.#expect(device);
    if (this.connected.has(device)) throw new KithError('BUG', { what: 'connected twice' });
    this.connects++;
    this.connected.set(device, peer);
    const known = this.heard.get(device);
    if (known?.indexId !== peer.index.indexId) {
      const fresh = { indexId: peer.index.indexId, sequence: 0, paths: new Map<string, number>() };
      this.heard.set(device, fresh);
    }
    return () => this.connected.delete(device);
  }

  async receive(device: DeviceId, news: IndexNews): Promise<void> {
    await this.onReceive();
    this.#expect(device);
    this.news.push({ device, news });
    const heard = this.heard.get(device);
    if (heard === undefined) throw new KithError('BUG', { what: 'news before connect' });
    if (news.kind === 'full') {
      heard.paths.clear();
      heard.sequence = 0;
    }
    for (const { path, sequence } of news.entries) {
      heard.paths.set(path, sequence);
      heard.sequence = Math.max(heard.sequence, sequence);
    }
  }

  async serve(device: DeviceId, request: BlockRequest, signal: AbortSignal): Promise<Uint8Array> {
    await this.onServe(request, signal);
    const bytes = this.#content.get(request.path);
    const end = request.offset + request.size;
    if (!this.isSharedWith(device) || bytes === undefined || bytes.length < end) {
      throw new KithError('REQUEST_REFUSED');
    }
    return bytes.slice(request.offset, end);
  }

  /** A request for the whole content of a path, as a device that knows it would make it. */
  request(path: string): BlockRequest {
    const entry = this.#entries.find((one) => one.path === path);
    if (entry === undefined) throw new Error(`${path} is not announced`);
    return { path: entry.path, offset: 0, size: entry.size, hash: entry.blocks };
  }

  /** True if the hash of these bytes is that of the announced content. */
  isContentOf(path: string, bytes: Uint8Array): boolean {
    return toHex(sha256(bytes)) === toHex(this.request(path).hash);
  }

  #expect(device: DeviceId): void {
    if (this.isSharedWith(device) && this.#isRunning) return;
    throw new KithError('FOLDER_NOT_SHARED', { folder: this.id });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
