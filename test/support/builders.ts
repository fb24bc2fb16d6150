/** Entries written down in one line, for tests. Contents are named by a text; equal texts are equal contents. */

import { sha256 } from '../../src/base/sha256.ts';
import type { Entry, Timestamp } from '../../src/model/entry.ts';
import { parseRelPath } from '../../src/model/path.ts';
import type { Version } from '../../src/model/version.ts';

const NOTHING = new Uint8Array(0);

/** What a builder can be told; everything has a plain default. `version` maps counter ids to values. */
export interface Shape {
  readonly path?: string;
  readonly version?: Readonly<Record<number, number>>;
  readonly modifiedBy?: bigint;
  readonly mode?: number;
  /** Whole seconds, or an exact stamp. */
  readonly mtime?: number | Timestamp;
  readonly invalid?: boolean;
  readonly noPermissions?: boolean;
  /** What the content of a file has replaced; nothing by default. */
  readonly previous?: string | undefined;
}

/** `{ 2: 5, 1: 3 }` as a version vector. */
export function vector(counts: Readonly<Record<number, number>>): Version {
  const ids = Object.keys(counts).map(Number);
  return ids
    .sort((a, b) => a - b)
    .map((id) => ({ id: BigInt(id), value: BigInt(counts[id] ?? 0) }))
    .filter((counter) => counter.value > 0n);
}

/** A live file whose only block has the hash of `content`. */
export function fileEntry(content: string, shape: Shape = {}): Entry {
  const blocks = sha256(content);
  return {
    ...bare(shape),
    kind: 'file',
    size: content.length,
    blockSize: 131072,
    blocks,
    contentHash: contentHashOf(content),
    previousHash: shape.previous === undefined ? NOTHING : contentHashOf(shape.previous),
  };
}

/** The hash of a file's content. */
function contentHashOf(content: string): Uint8Array {
  return sha256(sha256(content));
}

/** A live directory. */
export function directoryEntry(shape: Shape = {}): Entry {
  return { ...bare({ mode: 0o755, ...shape }), kind: 'directory' };
}

/** A live symbolic link. */
export function linkEntry(target: string, shape: Shape = {}): Entry {
  const bytes = new TextEncoder().encode(target);
  return { ...bare(shape), kind: 'symlink', target: bytes, contentHash: sha256(bytes) };
}

/** A tombstone of what was a file, or of `kind`. */
export function tombstone(shape: Shape & { readonly kind?: Entry['kind'] } = {}): Entry {
  return { ...bare(shape), kind: shape.kind ?? 'file', deleted: true };
}

function bare(shape: Shape): Entry {
  const { mtime = 1000 } = shape;
  return {
    path: parseRelPath(shape.path ?? 'a.txt'),
    kind: 'file',
    deleted: false,
    invalid: shape.invalid ?? false,
    size: 0,
    mode: shape.mode ?? 0o644,
    noPermissions: shape.noPermissions ?? false,
    mtime: typeof mtime === 'number' ? { s: mtime, ns: 0 } : mtime,
    modifiedBy: shape.modifiedBy ?? 1n,
    version: vector(shape.version ?? { 1: 1 }),
    blockSize: 0,
    blocks: NOTHING,
    contentHash: NOTHING,
    previousHash: NOTHING,
    target: NOTHING,
  };
}
