/**
 * Where an announced entry becomes a trusted one. Nothing is repaired but what means the same (order of counters, counters
 * of zero, block sizes below the smallest, sizes and times where they say nothing). Source: BEP v1, FileInfo, names, blocks.
 */

import { KithError } from '../../base/error.ts';
import { HASH_BYTES, sha256 } from '../../base/sha256.ts';
import { MAX_BLOCK_BYTES, MIN_BLOCK_BYTES } from '../../model/block.ts';
import type { EntryKind, SequencedEntry } from '../../model/entry.ts';
import { parseRelPath, type RelPath } from '../../model/path.ts';
import { ENTRY_TYPES, type FileInfo } from './file-info.ts';
import { versionOf } from './vector.ts';

type Content = Pick<SequencedEntry, 'size' | 'blockSize' | 'blocks' | 'contentHash' | 'target'>;

const SECOND_NS = 1e9;
const NINE_BITS = 0o777;
const NO_BYTES = new Uint8Array(0);
const SHOWN = 200;

const NOTHING: Content = {
  size: 0,
  blockSize: 0,
  blocks: NO_BYTES,
  contentHash: NO_BYTES,
  target: NO_BYTES,
};

/** The entry that `info` means; WIRE_ENTRY_REFUSED with `data` {folder, name, reason} else. It owns its bytes. */
export function checkedEntry(info: FileInfo, folder: string): SequencedEntry {
  const refuse = (reason: string): never => {
    throw new KithError('WIRE_ENTRY_REFUSED', { folder, name: info.name.slice(0, SHOWN), reason });
  };
  const kind = kindOf(info.type) ?? refuse('type');
  const reason = whyRefused(info);
  if (reason !== undefined) return refuse(reason);
  const version = versionOf(info.counters);
  if (version === undefined) return refuse('counters');
  const content = contentOf(info, kind);
  if (typeof content === 'string') return refuse(content);
  const isLiveLink = kind === 'symlink' && !info.deleted;
  return {
    path: pathOf(info.name, refuse),
    kind,
    deleted: info.deleted,
    invalid: info.invalid,
    mode: kind === 'symlink' ? 0 : info.permissions & NINE_BITS,
    noPermissions: info.noPermissions || kind === 'symlink',
    mtime: isLiveLink ? { s: 0, ns: 0 } : { s: info.modifiedS, ns: info.modifiedNs },
    modifiedBy: info.modifiedBy,
    version,
    sequence: info.sequence,
    ...content,
    previousHash: previousOf(info, kind),
  };
}

function kindOf(type: number): EntryKind | undefined {
  switch (type) {
    case ENTRY_TYPES.file:
      return 'file';
    case ENTRY_TYPES.directory:
      return 'directory';
    case ENTRY_TYPES.symlink:
      return 'symlink';
    default:
      return undefined;
  }
}

function whyRefused(info: FileInfo): string | undefined {
  if (info.isEncrypted) return 'encrypted';
  if (info.sequence <= 0) return 'sequence';
  if (info.modifiedNs < 0 || info.modifiedNs >= SECOND_NS) return 'time';
  if (info.size < 0) return 'size';
  if (info.blockSize < 0 || info.blockSize > MAX_BLOCK_BYTES) return 'block size';
  return undefined;
}

function pathOf(name: string, refuse: (reason: string) => never): RelPath {
  try {
    // A reserved name passes: the engine wants none of it, and tells so, which does not cut the device off for ever.
    return parseRelPath(name);
  } catch (error) {
    if (!(error instanceof KithError) || error.code !== 'PATH_INVALID') throw error;
    return refuse(`name: ${String(error.data['reason'])}`);
  }
}

/** Only a hint, so what cannot be a hash says nothing rather than that all of the index is refused. */
function previousOf({ deleted, previousHash }: FileInfo, kind: EntryKind): Uint8Array {
  const isSaid = kind === 'file' && !deleted && previousHash.length === HASH_BYTES;
  return isSaid ? previousHash : NO_BYTES;
}

/** The content, or why there cannot be such. */
function contentOf(info: FileInfo, kind: EntryKind): Content | string {
  const { blocks, deleted, invalid } = info;
  if (deleted) return blocks.isEmpty ? NOTHING : 'deleted with blocks';
  if (kind !== 'file' && !blocks.isEmpty) return `${kind} with blocks`;
  if (kind === 'directory') return NOTHING;
  if (kind === 'symlink')
    return { ...NOTHING, contentHash: sha256(info.target), target: info.target };
  // What must not be used need not say what it consists of.
  if (blocks.isEmpty) return invalid ? NOTHING : 'file without blocks';
  const blockSize = Math.max(info.blockSize, MIN_BLOCK_BYTES);
  if (!blocks.fits(info.size, blockSize)) return 'blocks';
  const hashes = blocks.hashes();
  return {
    size: info.size,
    blockSize,
    blocks: hashes,
    contentHash: sha256(hashes),
    target: NO_BYTES,
  };
}
