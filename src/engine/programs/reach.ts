/**
 * Directory handles of one program, opened part by part from the root, so that no link on the way is ever followed. The
 * program that makes a Reach closes it.
 */

import { KithError } from '../../base/error.ts';
import { compareTimes } from '../../model/entry.ts';
import { CONTROL_DIR } from '../../model/path.ts';
import type { DirHandle, FileProgram, FileStatus } from '../../ports/file-system.ts';
import {
  close,
  makeDir,
  openDir,
  openFile,
  openRoot,
  read,
  status,
  statusOf,
  sync,
} from '../file-calls.ts';
import { ExactNames } from './exact-names.ts';
import { isProof, proofOf } from './root-proof.ts';

/** A folder's directory, and what must be true for us to believe that it is the right one: the token of its marker, or a proof. */
export interface Root {
  readonly path: string;
  readonly token: string;
}

/** Open handles beyond which all but the root are closed and opened again when needed. */
const MAX_OPEN = 64;
const MAX_MARKER_BYTES = 4096;

/** A path on the disk cut in two: '' is the root. */
export function splitDisk(path: string): { readonly parent: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { parent: at < 0 ? '' : path.slice(0, at), name: path.slice(at + 1) };
}

/** In Kith's own directory, which is its own in whatever letters it stands there: no path of a person's is taken for another. */
function isOwn(path: string): boolean {
  return path === CONTROL_DIR || path.startsWith(`${CONTROL_DIR}/`);
}

export class Reach {
  readonly root: DirHandle;
  readonly names = new ExactNames();
  readonly #open = new Map<string, DirHandle>();
  readonly #foreign = new Map<DirHandle, boolean>();
  #device: bigint | undefined;

  constructor(root: DirHandle) {
    this.root = root;
  }

  /**
   * The directory at a path on the disk; undefined only if a part of it is proved absent, or stands there in other letters
   * (in Kith's own directory nobody asks for the letters). FILE_IS_LINK and the like else.
   */
  *dir(path: string): FileProgram<DirHandle | undefined> {
    if (path === '') return this.root;
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    const { parent, name } = splitDisk(path);
    const above: DirHandle | undefined = yield* this.dir(parent);
    if (above === undefined) return undefined;
    const handle = yield* openDir(above, name);
    if (handle === undefined) return undefined;
    if (!isOwn(path) && (yield* this.names.isAlias(above, name))) return yield* close(handle);
    this.#open.set(path, handle);
    return handle;
  }

  /**
   * True if the directory at the path is on another file system than the root, or on the same one mounted once more: it, or
   * what holds it, may be gone another time without anybody having deleted anything. False if it is not there.
   */
  *isForeign(path: string): FileProgram<boolean> {
    const dir = path === '' ? undefined : yield* this.dir(path);
    if (dir === undefined) return false;
    const known = this.#foreign.get(dir);
    if (known !== undefined) return known;
    const { device, isMountRoot } = yield* statusOf(dir);
    const isOther = isMountRoot || device !== (yield* this.device());
    const isForeign: boolean = isOther || (yield* this.isForeign(splitDisk(path).parent));
    this.#foreign.set(dir, isForeign);
    return isForeign;
  }

  /** The root's file system. */
  *device(): FileProgram<bigint> {
    this.#device ??= (yield* statusOf(this.root)).device;
    return this.#device;
  }

  /** True if the open directory still stands at its path: a person may have moved it away since it was opened. */
  *isInPlace(path: string): FileProgram<boolean> {
    const handle = this.#open.get(path);
    if (path === '' || handle === undefined) return path === '';
    const { parent, name } = splitDisk(path);
    const above: DirHandle | undefined = yield* this.dir(parent);
    const standing = above === undefined ? undefined : yield* status(above, name);
    const isSame = standing !== undefined && standing.inode === (yield* statusOf(handle)).inode;
    return isSame && (yield* this.isInPlace(parent));
  }

  /** True if the open directory has a name, wherever that is by now. */
  *isSomewhere(path: string): FileProgram<boolean> {
    const handle = this.#open.get(path);
    return handle !== undefined && (yield* statusOf(handle)).links > 0;
  }

  /** Called between items, when no handle but those of the control directory, and that of `kept`, is in use: bounds how many are open. */
  *trim(kept?: string): FileProgram<void> {
    if (this.#open.size <= MAX_OPEN) return;
    for (const [path, handle] of [...this.#open]) {
      if (path === kept || isOwn(path)) continue;
      this.#open.delete(path);
      yield* this.#close(handle);
    }
  }

  /** Forgets what was opened at `path`, which another directory may take. */
  *drop(path: string): FileProgram<void> {
    for (const [at, handle] of [...this.#open]) {
      if (at !== path && !at.startsWith(`${path}/`)) continue;
      this.#open.delete(at);
      yield* this.#close(handle);
    }
  }

  /** Closes everything. */
  *end(): FileProgram<void> {
    yield* this.#closeOpened();
    yield* close(this.root);
  }

  *#close(handle: DirHandle): FileProgram<void> {
    this.names.forget(handle);
    this.#foreign.delete(handle);
    yield* close(handle);
  }

  *#closeOpened(): FileProgram<void> {
    const handles = [...this.#open.values()];
    this.#open.clear();
    for (const handle of handles) yield* close(handle);
  }
}

/** Runs `body` on an open root whose marker is right, before and after; ROOT_MISSING, MARKER_MISSING or MARKER_FOREIGN else. */
export function* inRoot<Result>(
  root: Root,
  body: (reach: Reach) => FileProgram<Result>,
): FileProgram<Result> {
  const handle = yield* openRoot(root.path);
  if (handle === undefined) throw new KithError('ROOT_MISSING', { path: root.path });
  const reach = new Reach(handle);
  try {
    const marker = yield* checkMarker(reach, root);
    const result = yield* body(reach);
    if (!(yield* isMarkerStill(reach, marker))) yield* checkMarker(reach, root);
    return result;
  } finally {
    yield* reach.end();
  }
}

interface Marker {
  readonly text: string;
  /** Of the file when the text was read. */
  readonly status: FileStatus;
}

/** The marker's text; undefined if it is proved absent. */
export function* readMarkerText(reach: Reach): FileProgram<string | undefined> {
  return (yield* readMarker(reach))?.text;
}

function* readMarker(reach: Reach): FileProgram<Marker | undefined> {
  const control = yield* reach.dir(CONTROL_DIR);
  if (control === undefined) return undefined;
  const file = yield* openFile({ dir: control, name: 'marker' }, 'read');
  if (file === undefined) return undefined;
  try {
    const status = yield* statusOf(file);
    const bytes = new Uint8Array(Math.min(MAX_MARKER_BYTES, status.size));
    const length = yield* read(file, bytes, 0);
    return { text: String.fromCharCode(...bytes.subarray(0, length)), status };
  } finally {
    yield* close(file);
  }
}

/** The marker; undefined where a proof stands in for it. */
function* checkMarker(reach: Reach, root: Root): FileProgram<Marker | undefined> {
  if (isProof(root.token)) {
    if ((yield* proofOf(reach.root)) === root.token) return undefined;
    throw new KithError('MARKER_MISSING', { path: root.path });
  }
  const marker = yield* readMarker(reach);
  if (marker === undefined) throw new KithError('MARKER_MISSING', { path: root.path });
  if (!marker.text.includes(root.token)) throw new KithError('MARKER_FOREIGN', { path: root.path });
  return marker;
}

/** It is still the file that was read, and nobody has touched it: a marker is never written in place. */
function* isMarkerStill(reach: Reach, marker: Marker | undefined): FileProgram<boolean> {
  const before = marker?.status;
  if (before === undefined) return false;
  const control = yield* reach.dir(CONTROL_DIR);
  const now = control && (yield* status(control, 'marker'));
  if (now === undefined || now.inode !== before.inode || now.size !== before.size) return false;
  return compareTimes(now.ctime, before.ctime) === 0;
}

/** Where inodes wait that an operation has displaced: nothing in it is ever dropped as a leftover. */
export const DISPLACED_DIR = `${CONTROL_DIR}/displaced`;

/** The staging area, made if it is not there. */
export function stageDir(reach: Reach): FileProgram<DirHandle> {
  return ownDir(reach, 'stage');
}

/** A directory of Kith's own in `.kith`, made if it is not there; its name is durable. */
export function* ownDir(
  reach: Reach,
  name: 'stage' | 'displaced' | 'damaged',
): FileProgram<DirHandle> {
  const path = `${CONTROL_DIR}/${name}`;
  const known = yield* reach.dir(path);
  if (known !== undefined) return known;
  const control = yield* reach.dir(CONTROL_DIR);
  if (control === undefined) throw new KithError('MARKER_MISSING', {});
  yield* makeDir(control, name);
  yield* sync(control);
  const made = yield* reach.dir(path);
  if (made === undefined) throw new KithError('FILE_GONE', { path });
  return made;
}
