/** The marker in a folder's root: proof that the directory is the folder, and not an empty mount point. */

import { KithError } from '../../base/error.ts';
import { CONTROL_DIR } from '../../model/path.ts';
import type { DirHandle, FileProgram } from '../../ports/file-system.ts';
import {
  close,
  list,
  makeDir,
  openDir,
  openFile,
  openRoot,
  removeFile,
  rename,
  setMode,
  status,
  sync,
  write,
} from '../file-calls.ts';
import { asFarAsTaken } from './as-far-as-taken.ts';
import { Reach, readMarkerText } from './reach.ts';
import { proofOf } from './root-proof.ts';

/** What was found at a folder's path before anything is trusted. */
export interface RootFound {
  readonly exists: boolean;
  /** undefined: proved absent. Text of the marker else. */
  readonly marker: string | undefined;
  /** By which the directory is known where no marker can be written. Empty if it is not there. */
  readonly proof: string;
}

/** Reads the marker without changing anything. */
export function* readMarker(args: { readonly path: string }): FileProgram<RootFound> {
  const handle = yield* openRoot(args.path);
  if (handle === undefined) return { exists: false, marker: undefined, proof: '' };
  const reach = new Reach(handle);
  try {
    const proof = yield* proofOf(handle);
    return { exists: true, marker: yield* readMarkerText(reach), proof };
  } finally {
    yield* reach.end();
  }
}

/** Puts the marker in place of the one before in one step, durable when it returns. Makes `.kith` (0700). */
export function* writeMarker(args: {
  readonly path: string;
  readonly text: string;
}): FileProgram<void> {
  const root = yield* openRoot(args.path);
  if (root === undefined) throw new KithError('ROOT_MISSING', { path: args.path });
  try {
    if ((yield* status(root, CONTROL_DIR)) === undefined) yield* makeDir(root, CONTROL_DIR);
    const control = yield* openDir(root, CONTROL_DIR);
    if (control === undefined) throw new KithError('FILE_GONE', { path: CONTROL_DIR });
    try {
      yield* asFarAsTaken(setMode(control, 0o700));
      yield* replaceMarker(control, args.text);
      yield* sync(control);
    } finally {
      yield* close(control);
    }
    yield* sync(root);
  } finally {
    yield* close(root);
  }
}

function* replaceMarker(control: DirHandle, text: string): FileProgram<void> {
  const fresh = { dir: control, name: 'marker.new' };
  const place = { dir: control, name: 'marker' };
  const { names } = yield* list(control);
  if (names.includes(fresh.name)) yield* removeFile(control, fresh.name);
  const file = yield* openFile(fresh, 'create');
  if (file === undefined) throw new KithError('FILE_GONE', { path: fresh.name });
  try {
    yield* write(
      file,
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
      0,
    );
    yield* sync(file);
  } finally {
    yield* close(file);
  }
  const how = names.includes(place.name) ? 'exchange' : 'keep';
  yield* rename({ from: fresh, to: place, how });
  if (how === 'exchange') yield* removeFile(control, fresh.name);
}
