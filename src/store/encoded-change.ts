/** A change as plain rows that may go to another thread: no views on foreign buffers, nothing left to interpret. */

import type { Entry } from '../model/entry.ts';
import type { FolderChange, FolderIdentity, Intent, OurEntry } from '../ports/folder-store.ts';
import { contentPrefix, encodeRow, type Row, rowDigest } from './rows.ts';

type IntentKey = Pick<Intent, 'path' | 'stageName'>;

export interface EncodedOurs extends Row {
  readonly path: string;
  readonly sequence: number;
  /** See `contentPrefix`. */
  readonly content: number | null;
}

export interface EncodedClaim extends Row {
  readonly path: string;
  readonly digest: Uint8Array;
}

export interface EncodedSuperseded extends Row {
  readonly path: string;
}

/** The fields of FolderChange, in their order and meaning. */
export interface EncodedChange {
  readonly identity: FolderIdentity | undefined;
  readonly forgetOurs: boolean;
  readonly forgetPeers: readonly string[];
  readonly beginIndex: string | undefined;
  readonly claims: { readonly device: string; readonly rows: readonly EncodedClaim[] } | undefined;
  readonly endIndex: string | undefined;
  readonly peer:
    | { readonly device: string; readonly indexId: bigint; readonly heard: number }
    | undefined;
  readonly ours: readonly EncodedOurs[];
  readonly refresh: readonly EncodedOurs[];
  readonly addIntents: readonly Intent[];
  readonly removeIntents: readonly IntentKey[];
  readonly dropSuperseded: readonly string[];
  readonly keepSuperseded: readonly EncodedSuperseded[];
}

/** What a writer does, in order. */
export type WriteItem =
  | { readonly kind: 'change'; readonly folder: string; readonly change: EncodedChange }
  | { readonly kind: 'forget'; readonly folder: string };

/** A copy of `change`: the caller's bytes are not looked at again. About 5 µs for each row. */
export function encodeChange(change: FolderChange): EncodedChange {
  const { identity, claims, peer } = change;
  return {
    identity,
    forgetOurs: change.forgetOurs === true,
    forgetPeers: change.forgetPeers ?? [],
    beginIndex: change.beginIndex,
    claims: claims && { device: claims.device, rows: claims.entries.map(encodeClaim) },
    endIndex: change.endIndex,
    peer: peer && { device: peer.device, indexId: peer.indexId, heard: peer.heard },
    ours: (change.ours ?? []).map(encodeOurs),
    refresh: (change.refresh ?? []).map(encodeOurs),
    addIntents: (change.addIntents ?? []).map(plainIntent),
    removeIntents: (change.removeIntents ?? []).map(intentKey),
    dropSuperseded: change.dropSuperseded ?? [],
    keepSuperseded: (change.keepSuperseded ?? []).map(encodeSuperseded),
  };
}

/** Rows that the item writes; at least 1. */
export function weighItem(item: WriteItem): number {
  if (item.kind === 'forget') return 1;
  const { ours, refresh, claims, ...rest } = item.change;
  const { addIntents, removeIntents, dropSuperseded, keepSuperseded } = rest;
  const rows = ours.length + refresh.length + (claims?.rows.length ?? 0);
  const kept = dropSuperseded.length + keepSuperseded.length;
  return 1 + rows + addIntents.length + removeIntents.length + kept;
}

/** The paths at which our rows, and others' versions, may differ after a change; `all` if it reaches beyond those. */
export function touchedBy(
  change: EncodedChange,
): { readonly ours: readonly string[]; readonly announced: readonly string[] } | 'all' {
  const { forgetOurs, forgetPeers, endIndex, ours, refresh, claims } = change;
  if (forgetOurs || forgetPeers.length > 0 || endIndex !== undefined) return 'all';
  const pathsOf = (rows: readonly { readonly path: string }[]) => rows.map(({ path }) => path);
  return { ours: pathsOf([...ours, ...refresh]), announced: pathsOf(claims?.rows ?? []) };
}

function encodeOurs(entry: OurEntry): EncodedOurs {
  const { record, blocks } = encodeRow(entry, entry);
  const { path, sequence } = entry;
  return {
    path,
    sequence,
    content: contentPrefix(entry) ?? null,
    record,
    blocks: new Uint8Array(blocks),
  };
}

function encodeClaim(entry: Entry): EncodedClaim {
  const row = encodeRow(entry);
  return {
    path: entry.path,
    digest: rowDigest(row),
    record: row.record,
    blocks: new Uint8Array(row.blocks),
  };
}

function encodeSuperseded(entry: Entry): EncodedSuperseded {
  const { record, blocks } = encodeRow(entry);
  return { path: entry.path, record, blocks: new Uint8Array(blocks) };
}

function plainIntent({ path, stageName, displaced, conflictCopy }: Intent): Intent {
  const { inode, size, mtime } = displaced;
  return { path, stageName, displaced: { inode, size, mtime: { ...mtime } }, conflictCopy };
}

function intentKey({ path, stageName }: IntentKey): IntentKey {
  return { path, stageName };
}
