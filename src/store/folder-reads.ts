/** What a folder's state answers, without the writing: what memory and database each implement. */

import type { FolderStore } from '../ports/folder-store.ts';

/** The reading half of a FolderStore. */
export type FolderReads = Omit<FolderStore, 'commit'>;

export interface FolderStoreParts {
  /** The state as it is now; asked for at each read. */
  readonly reads: () => FolderReads;
  readonly commit: FolderStore['commit'];
  /** What is to be thrown in the place of what a read threw. */
  readonly asThrown: (error: unknown) => unknown;
}

/** A FolderStore made of its two halves. */
export function folderStore({ reads, commit, asThrown }: FolderStoreParts): FolderStore {
  const ask = <Answer>(read: (from: FolderReads) => Answer): Answer => {
    try {
      return read(reads());
    } catch (error) {
      throw asThrown(error);
    }
  };
  return {
    identity: () => ask((from) => from.identity()),
    lastSequence: () => ask((from) => from.lastSequence()),
    ours: (path) => ask((from) => from.ours(path)),
    announced: (path) => ask((from) => from.announced(path)),
    children: (dir) => ask((from) => from.children(dir)),
    oursAfter: (after, limit) => ask((from) => from.oursAfter(after, limit)),
    paths: (after, limit) => ask((from) => from.paths(after, limit)),
    withContent: (hash, limit) => ask((from) => from.withContent(hash, limit)),
    peer: (device) => ask((from) => from.peer(device)),
    peers: () => ask((from) => from.peers()),
    hasOutdated: (device) => ask((from) => from.hasOutdated(device)),
    announcedBy: (device) => ask((from) => from.announcedBy(device)),
    intents: () => ask((from) => from.intents()),
    superseded: (path) => ask((from) => from.superseded(path)),
    supersededPaths: (after, limit) => ask((from) => from.supersededPaths(after, limit)),
    commit,
  };
}
