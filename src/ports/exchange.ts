/** Where the exchange with other devices (peer) meets what makes a folder true (engine). Neither knows the other. */

import type { DeviceId } from '../model/device-id.ts';
import type { SequencedEntry } from '../model/entry.ts';
import type { FolderId } from '../model/folder.ts';
import type { RelPath } from '../model/path.ts';

/** A piece of a file's current content, or of none: REQUEST_REFUSED whatever the reason, so that nothing leaks. */
export interface BlockRequest {
  readonly path: RelPath;
  readonly offset: number;
  readonly size: number;
  /** SHA-256 of the wanted bytes; empty if the asker has none. */
  readonly hash: Uint8Array;
}

/** A connected device as a source of blocks. */
export interface BlockSource {
  /**
   * The bytes as they came, exactly `size` of them, not verified; the array and its buffer are the caller's. Rejects with
   * REQUEST_REFUSED or CONNECTION_LOST, or the signal's reason.
   */
  fetch(request: BlockRequest, signal: AbortSignal): Promise<Uint8Array>;
  /** What it sent did not match its hash: who does that too often is cut off. */
  blame(): void;
}

/** What a device says of an index: whose incarnation, how far. */
export interface IndexClaim {
  readonly indexId: bigint;
  readonly sequence: number;
}

/** News of another device's index. `full` replaces everything known of that device's tree. */
export interface IndexNews {
  readonly kind: 'full' | 'update';
  readonly entries: readonly SequencedEntry[];
  /** Of an update: the highest sequence sent before it; 0 if the device does not say. */
  readonly prevSequence: number;
}

/** One folder as connections see it. Calls for a device the folder is not shared with reject with FOLDER_NOT_SHARED. */
export interface FolderExchange {
  readonly id: FolderId;
  isSharedWith(device: DeviceId): boolean;
  /** Devices that share it, this one not among them, sorted. */
  devices(): readonly DeviceId[];
  /** False while the folder is stopped or still opening: then it is announced as paused. */
  isRunning(): boolean;
  /** Our index. */
  ourIndex(): IndexClaim;
  /** What we have stored of the device's index. */
  heardOf(device: DeviceId): IndexClaim;
  /** Entries of ours above a sequence, ascending. */
  entriesAfter(sequence: number, limit: number): readonly SequencedEntry[];
  /** Calls back, soon and at least once, after our sequence or the state of running changed. The result ends it. */
  onChange(listener: () => void): () => void;
  /** The device is connected and runs the folder: what it says of its own index, and it may be asked. The result ends it. */
  connect(device: DeviceId, peer: ConnectedPeer): Promise<() => void>;
  /**
   * Resolves when the news is durable: the pace at which more is read. Rejects with PEER_INDEX_GAP if something was sent
   * before it that has not been heard: then nothing of it is taken.
   */
  receive(device: DeviceId, news: IndexNews): Promise<void>;
  /** A fresh buffer with exactly the wanted bytes. */
  serve(device: DeviceId, request: BlockRequest, signal: AbortSignal): Promise<Uint8Array>;
}

export interface ConnectedPeer {
  readonly source: BlockSource;
  /** Its own index as its cluster config has it. */
  readonly index: IndexClaim;
  /** What it says it has of ours; more than we ever gave means that our database is older than the world. */
  readonly heardOfUs: IndexClaim;
  readonly address: string;
}
