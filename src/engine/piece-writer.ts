/** Writes arrived pieces into the staging area, many small ones in one job. Bounded by the fetches in flight. */

import type { Disk } from '../ports/disk.ts';
import { Batcher } from './batcher.ts';
import type { Root } from './programs/reach.ts';
import type { Piece, Written } from './programs/stage.ts';
import type { EnginePrograms } from './programs.ts';

const JOB_BYTES = 8 * 1024 * 1024;
const JOB_PIECES = 512;
/** Below, a copy is cheaper than a change of hands. */
const WORTH_GIVING = 64 * 1024;

/** Verifies and writes a piece, whose buffer changes hands; what became of it. */
export type WritePiece = (piece: Piece) => Promise<Written>;

/** A writer of pieces into one folder's staging area. */
export function pieceWriter(disk: Disk<EnginePrograms>, root: Root): WritePiece {
  const batcher = new Batcher<Piece, Written>({
    mostBytes: JOB_BYTES,
    mostItems: JOB_PIECES,
    weigh: (piece) => piece.bytes.length,
    run: (pieces) => {
      const give = new Set<ArrayBuffer>();
      for (const { bytes } of pieces) {
        if (bytes.length >= WORTH_GIVING && bytes.buffer instanceof ArrayBuffer) {
          give.add(bytes.buffer);
        }
      }
      return disk.run('writePieces', { root, pieces }, { urgency: 1, give: [...give] });
    },
  });
  return (piece) => batcher.add(piece);
}
