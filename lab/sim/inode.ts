/** What a simulated disk holds: files, directories, links and the like, as programs see them. */

import { KithError } from '../../src/base/error.ts';
import type { Timestamp } from '../../src/model/entry.ts';
import type { FileKind } from '../../src/ports/file-system.ts';
import type { WatchEvent } from '../../src/ports/watcher.ts';

/** A name in a directory. The spelling may differ from the key under which it is found. */
export interface DirEntry {
  readonly name: string;
  readonly inode: Inode;
  /** The name's bytes are no UTF-8; `name` is an escaped form for people. */
  readonly undecodable: boolean;
}

/** What an inode is made as. */
export interface InodeFacts {
  readonly uid: number;
  readonly ino: bigint;
  readonly device: bigint;
  readonly kind: FileKind;
  readonly mode: number;
  readonly time: Timestamp;
  readonly target?: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const DECODER = new TextDecoder();

/** `uid` names it for the whole story; `ino`, which programs see, is used again when it is free. */
export class Inode {
  readonly uid: number;
  ino: bigint;
  readonly device: bigint;
  readonly kind: FileKind;
  readonly target: Uint8Array;
  readonly entries = new Map<string, DirEntry>();
  mode: number;
  mtime: Timestamp;
  ctime: Timestamp;
  /** Names that lead here; directories count one. */
  links = 0;
  /** Handles on it. */
  opens = 0;
  /** Where it stands; for a file with several names, the last one given. */
  parent: Inode | undefined;
  name = '';
  /** Root of the file system that hides this directory. */
  mounted: Inode | undefined;
  #buffer: Uint8Array = NOTHING;
  #size = 0;
  #text: string | undefined;

  constructor(facts: InodeFacts) {
    this.uid = facts.uid;
    this.ino = facts.ino;
    this.device = facts.device;
    this.kind = facts.kind;
    this.target = facts.target ?? NOTHING;
    this.mode = facts.mode;
    this.mtime = facts.time;
    this.ctime = facts.time;
  }

  get size(): number {
    return this.kind === 'symlink' ? this.target.length : this.#size;
  }

  /** The bytes themselves, valid until the next change; the caller only reads. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  /** A file's bytes or a link's target as text; read once for each content. */
  text(): string {
    this.#text ??= DECODER.decode(this.kind === 'symlink' ? this.target : this.bytes());
    return this.#text;
  }

  /** Cuts, or extends with zeros. */
  resize(size: number): void {
    this.#text = undefined;
    if (size < this.#size) this.#buffer.fill(0, size, this.#size);
    if (size > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(size, Math.min(2 * this.#buffer.length, size + 1e7)));
      grown.set(this.bytes());
      this.#buffer = grown;
    }
    this.#size = size;
  }

  /** Writes within or beyond the end. */
  put(bytes: Uint8Array, position: number): void {
    if (bytes.length === 0) return;
    if (position + bytes.length > this.#size) this.resize(position + bytes.length);
    this.#buffer.set(bytes, position);
    this.#text = undefined;
  }
}

/** True if `dir` is `ancestor` or below it. */
export function isWithin(dir: Inode, ancestor: Inode): boolean {
  for (let at: Inode | undefined = dir; at !== undefined; at = at.parent) {
    if (at === ancestor) return true;
  }
  return false;
}

/** FILE_BUSY if something is mounted on one of them. */
export function checkUnmounted(...inodes: readonly (Inode | undefined)[]): void {
  if (inodes.some((inode) => inode?.mounted !== undefined)) throw new KithError('FILE_BUSY', {});
}

/** What those who watch are told when a name appears. */
export function kindOfBirth(kind: FileKind): WatchEvent['kind'] {
  if (kind === 'directory') return 'tree';
  return kind === 'file' ? 'writing' : 'settled';
}
