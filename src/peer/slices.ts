/** What is handed to the socket in one go: little enough that what is urgent, or forbidden, can come in between. */

import type { Outgoing } from '../bep/session.ts';

/** Most bytes handed to the socket in one go. */
const MOST_WRITE = 256 * 1024;

/** The parts in order, in runs of at most 256 KiB. */
export function* slices(frame: Outgoing): Generator<readonly Uint8Array[], void, undefined> {
  let run: Uint8Array[] = [];
  let room = MOST_WRITE;
  for (const part of frame) {
    for (let at = 0; at < part.length; ) {
      const piece = part.subarray(at, at + room);
      run.push(piece);
      at += piece.length;
      room -= piece.length;
      if (room > 0) continue;
      yield run;
      run = [];
      room = MOST_WRITE;
    }
  }
  if (run.length > 0) yield run;
}
