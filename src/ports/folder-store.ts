/**
 * What is known of one folder, durable. Reads are synchronous and see the last commit that has resolved; a commit is all
 * or nothing, durable when it resolves, and commits of one folder take effect in the order of their calls. Rows given out are never changed.
 * Throws STORE_FULL (transient: nothing of the change was kept) and STORE_CORRUPT.
 */

import type { DeviceId } from '../model/device-id.ts';
import type { Entry, SequencedEntry, Timestamp } from '../model/entry.ts';
import type { FolderKind } from '../model/folder.ts';
import type { RelPath } from '../model/path.ts';

/** The disk's own facts about what stands at a path, as they were when the row was made. */
export interface Seen {
  readonly inode: bigint;
  readonly size: number;
  readonly mode: number;
  /** As read back, which a coarse file system makes differ from the entry's. */
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
  /** Content may have changed later without a trace in the times: it has to be compared by hash. */
  readonly racy: boolean;
  /** Of a directory: on another file system than the folder's root, which is mounted there. */
  readonly isForeign: boolean;
}

/** The synced tree's row at a path: what Kith last put or saw there, as this device announces it. */
export interface OurEntry extends SequencedEntry {
  /** Spelling on the disk, whole path, where it is not `path`. */
  readonly diskPath: string | undefined;
  /** undefined for tombstones and for what is not on this disk. */
  readonly seen: Seen | undefined;
}

/** One distinct version that others announced at a path, and who holds it (sorted, at least one). */
export interface AnnouncedVersion {
  readonly entry: Entry;
  readonly holders: readonly DeviceId[];
}

/** Who this copy of the folder is. */
export interface FolderIdentity {
  /** Random, not 0; new whenever the base was lost. Also the id of our counter in version vectors. */
  readonly indexId: bigint;
  /** Random; what the marker in the root holds; renewed at every start. */
  readonly token: string;
  /** The token about to be written to the marker; equal to `token` once that is done. */
  readonly nextToken: string;
  /** Boot the last start belongs to, and whether it ended cleanly. */
  readonly bootId: string;
  readonly endedCleanly: boolean;
  /** Rows with a sequence up to this one were on the disk at a file-system sync. */
  readonly syncedSequence: number;
  /**
   * Highest value that our counter ever had in a row of ours. A row may be replaced by a version that does not know it: a value
   * that was used twice would make one version seem to know another.
   */
  readonly counterUsed: bigint;
  /** As which kind of folder the rows were made. */
  readonly kind: FolderKind;
}

/** What we know of another device's index of this folder. */
export interface PeerIndex {
  readonly device: DeviceId;
  /** 0n: nothing is known. */
  readonly indexId: bigint;
  /** Highest sequence heard. */
  readonly heard: number;
}

/**
 * A displacement about to happen: what stands at the path will wait in Kith's own directory. Over when that is settled. Or, where
 * the stage name is `mode-` and octal digits: the directory at the path may be open to its owner until it gets that mode back.
 */
export interface Intent {
  readonly path: RelPath;
  /** Name in the staging area of the content that comes; the name under which the displaced inode waits begins with it. */
  readonly stageName: string;
  /** The inode that our row says stands at the path, with its size and time. */
  readonly displaced: Pick<Seen, 'inode' | 'size' | 'mtime'>;
  /** Where it is to be kept, if it loses the name. */
  readonly conflictCopy: RelPath | undefined;
}

/** Changes that take effect together. Applied in the order of these fields. */
export interface FolderChange {
  readonly identity?: FolderIdentity;
  /** Drops every row of ours and every superseded version: an empty base. Sequences start again at 1. */
  readonly forgetOurs?: true;
  /** Drops all claims of these devices and what is known of their index. */
  readonly forgetPeers?: readonly DeviceId[];
  /** A full index begins: claims of the device from before are old, but count until it is complete. */
  readonly beginIndex?: DeviceId;
  /** What the device claims now, in place of its claim at the same paths. */
  readonly claims?: { readonly device: DeviceId; readonly entries: readonly Entry[] };
  /** The full index is complete: claims from before `beginIndex` that were not repeated go. */
  readonly endIndex?: DeviceId;
  readonly peer?: PeerIndex;
  /** Rows of ours, each with a sequence above all before it. Replaces the row at the same path. */
  readonly ours?: readonly OurEntry[];
  /** Rows of ours in place of those of the same path and sequence: what the disk says of them changed, not what they are. */
  readonly refresh?: readonly OurEntry[];
  readonly addIntents?: readonly Intent[];
  /** By path and stage name. */
  readonly removeIntents?: readonly Pick<Intent, 'path' | 'stageName'>[];
  /** No longer superseded versions of these paths. */
  readonly dropSuperseded?: readonly RelPath[];
  /** Kept although others announce something else at the path; of two at one path the one that came first. */
  readonly keepSuperseded?: readonly Entry[];
}

export interface FolderStore {
  identity(): FolderIdentity | undefined;
  /** Highest sequence ever given to a row of ours since the base began; 0 if none. */
  lastSequence(): number;
  ours(path: RelPath): OurEntry | undefined;
  /** Distinct versions by others, ordered by version key; a claim that is `invalid` is a version of its own. */
  announced(path: RelPath): readonly AnnouncedVersion[];
  /** Rows of ours directly in `dir` (undefined: the root), tombstones included, sorted by path. */
  children(dir: RelPath | undefined): readonly OurEntry[];
  /** Live rows of ours with sequence above `after`, tombstones included, ascending, at most `limit`. */
  oursAfter(after: number, limit: number): readonly OurEntry[];
  /** Paths that have a row of ours or of others, ascending (any fixed order with ancestors first), above `after`, at most `limit`. */
  paths(after: RelPath | undefined, limit: number): readonly RelPath[];
  /** Live files of ours with this content, by path, at most `limit`. */
  withContent(contentHash: Uint8Array, limit: number): readonly OurEntry[];
  peer(device: DeviceId): PeerIndex | undefined;
  peers(): readonly PeerIndex[];
  /** True if `endIndex` of the device would drop claims. Looks through all its claims once an index has begun anew. */
  hasOutdated(device: DeviceId): boolean;
  /** How many entries the device claims, and the bytes of their paths and rows, each in full though others claim the same. Walks them all. */
  announcedBy(device: DeviceId): { readonly entries: number; readonly bytes: number };
  intents(): readonly Intent[];
  /** The version kept of the path that others do not announce any more, and that may stand on the disk all the same. */
  superseded(path: RelPath): Entry | undefined;
  /** Paths of which such a version is kept, in the order of `paths`, above `after`, at most `limit`. */
  supersededPaths(after: RelPath | undefined, limit: number): readonly RelPath[];
  commit(change: FolderChange): Promise<void>;
}

/** All folders of this device in one database. */
export interface StateStore {
  /** The folder's part, made empty if it is new. One object per folder id. */
  folder(id: string): FolderStore;
  /** Folder ids that have a part. */
  folders(): readonly string[];
  /** Drops a folder's part. */
  forget(id: string): Promise<void>;
  close(): Promise<void>;
}
