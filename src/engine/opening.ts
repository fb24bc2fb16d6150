/** Opens a folder: is the directory at the path the one that the database knows, and does the database know it as it is? */

import { toHex } from '../base/bytes.ts';
import { asKithError, KithError } from '../base/error.ts';
import type { FolderId, FolderKind } from '../model/folder.ts';
import type { FolderIdentity, FolderStore } from '../ports/folder-store.ts';
import type { Random } from '../ports/random.ts';
import type { FolderPorts } from './context.ts';
import { isMarkerOf, markerText, parseMarker } from './marker-text.ts';
import type { RootFound } from './programs/marker.ts';
import type { Root } from './programs/reach.ts';

/** What is needed to open. */
export interface Opening {
  readonly ports: FolderPorts;
  readonly store: FolderStore;
  readonly id: FolderId;
  readonly path: string;
  readonly bootId: string;
  readonly kind: FolderKind;
}

export interface Opened {
  readonly root: Root;
  readonly identity: FolderIdentity;
  /** It began anew: no row of ours is left. */
  readonly isBaseNew: boolean;
  /** The last run did not come to its clean end, or there was none. */
  readonly isAfterBreak: boolean;
  /** The machine was started anew, and what is recorded may not have been durable when it stopped. */
  readonly isAfterPowerCut: boolean;
}

/**
 * Trusts the root or stops: ROOT_MISSING, MARKER_MISSING, MARKER_FOREIGN. Where marker and database tell different starts,
 * the database is older than the world: a new index and an empty base.
 */
export async function openFolder(opening: Opening): Promise<Opened> {
  const { store, ports, path } = opening;
  const found = await ports.disk.run('readMarker', { path }, { urgency: 0 });
  const known = store.identity();
  const isKnown = admit(opening, found, known);
  const isBaseNew = !isKnown || known === undefined;
  if (isBaseNew) await forgetBase(opening);
  const before = store.identity() ?? fresh(opening);
  const identity = { ...before, nextToken: newToken(ports.random) };
  await store.commit({ identity });
  const token = (await mark(opening, identity.nextToken)) ?? standInFor(found);
  // A clean end makes nothing durable where the file system cannot be synced as one.
  const isSound = before.endedCleanly && before.syncedSequence >= store.lastSequence();
  const isAfterPowerCut = isKnown && before.bootId !== opening.bootId && !isSound;
  // The boot of before stays noted until what the power cut left is sorted out, through however many starts.
  const bootId = isAfterPowerCut ? before.bootId : opening.bootId;
  const now = { ...identity, token, nextToken: token, bootId, endedCleanly: false };
  await store.commit({ identity: now });
  const isAfterBreak = !before.endedCleanly;
  const root = { path, token: now.token };
  return { root, identity: now, isBaseNew, isAfterBreak, isAfterPowerCut };
}

/**
 * Puts the marker of this start in its place; its token. undefined: nothing can be written, and nothing has to be, for the folder
 * only sends.
 */
async function mark(opening: Opening, token: string): Promise<string | undefined> {
  const { ports, path, id, kind } = opening;
  const text = markerText(id, token);
  try {
    await ports.disk.run('writeMarker', { path, text }, { urgency: 0 });
    return token;
  } catch (error) {
    const code = asKithError(error)?.code;
    const isReadOnly = code === 'FILE_READ_ONLY' || code === 'FILE_DENIED';
    if (kind !== 'send-only' || !isReadOnly) throw error;
    ports.log.write('info', 'marker-not-written', { folder: id, code });
    return undefined;
  }
}

/** The marker that stands there, else what else proves the directory to be itself. */
function standInFor({ marker, proof }: RootFound): string {
  return (marker === undefined ? undefined : parseMarker(marker)?.token) ?? proof;
}

/** A new index and an empty base: equal content will take the announced versions, different content is a conflict. */
export async function forgetBase(
  opening: Pick<Opening, 'store' | 'ports' | 'bootId' | 'kind'>,
): Promise<void> {
  const known = opening.store.identity();
  const made = fresh(opening);
  const identity =
    known === undefined
      ? made
      : {
          ...known,
          indexId: made.indexId,
          syncedSequence: 0,
          counterUsed: 0n,
          kind: made.kind,
        };
  await opening.store.commit({ identity, forgetOurs: true });
}

/** Whether database and marker belong to the same start. Throws if the directory is not to be trusted. */
function admit(opening: Opening, found: RootFound, known: FolderIdentity | undefined): boolean {
  const { path, id } = opening;
  if (!found.exists) throw new KithError('ROOT_MISSING', { path });
  const marker = found.marker === undefined ? undefined : parseMarker(found.marker);
  if (found.marker !== undefined && (marker === undefined || !isMarkerOf(marker, id))) {
    throw new KithError('MARKER_FOREIGN', { path, belongsTo: marker?.folder });
  }
  if (known === undefined) return false;
  // Stopped between the first note in the database and the first marker.
  if (marker === undefined && known.token === '') return false;
  if (marker === undefined && known.token === found.proof) return true;
  if (marker === undefined) throw new KithError('MARKER_MISSING', { path });
  return marker.token === known.token || marker.token === known.nextToken;
}

function fresh(opening: Pick<Opening, 'ports' | 'bootId' | 'kind'>): FolderIdentity {
  return {
    indexId: newIndexId(opening.ports.random),
    token: '',
    nextToken: '',
    bootId: opening.bootId,
    endedCleanly: false,
    syncedSequence: 0,
    counterUsed: 0n,
    kind: opening.kind,
  };
}

/** 64 random bits, not 0. */
function newIndexId(random: Random): bigint {
  let id = 0n;
  for (const byte of random.bytes(8)) id = (id << 8n) | BigInt(byte);
  return id === 0n ? 1n : id;
}

function newToken(random: Random): string {
  return toHex(random.bytes(16));
}
