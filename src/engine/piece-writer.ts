/** Gathers arrived pieces into jobs, so that many small files cost few jobs. Bounded by the fetches in flight. */

import type { Disk } from '../ports/disk.ts';
import type { EnginePrograms } from './programs.ts';
import type { Root } from './programs/reach.ts';
import type { Piece, Written } from './programs/stage.ts';

interface Waiting {
  readonly piece: Piece;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

/** Jobs under way at the same time: one for each disk worker. */
const JOBS = 2;
const JOB_BYTES = 8 * 1024 * 1024;
const JOB_PIECES = 512;

export class PieceWriter {
  readonly #disk: Disk<EnginePrograms>;
  readonly #root: Root;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(disk: Disk<EnginePrograms>, root: Root) {
    this.#disk = disk;
    this.#root = root;
  }

  /** Verifies and writes a piece; its buffer changes hands. What became of it. */
  write(piece: Piece): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ piece, resolve, reject });
      // After what else has arrived in this turn, so that it travels in the same job.
      queueMicrotask(() => this.#start());
    });
  }

  #start(): void {
    while (this.#running < JOBS && this.#waiting.length > 0) {
      const job = this.#take();
      this.#running++;
      this.#run(job).finally(() => {
        this.#running--;
        this.#start();
      });
    }
  }

  #take(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { piece } of this.#waiting) {
      bytes += piece.bytes.length;
      if (count > 0 && (bytes > JOB_BYTES || count >= JOB_PIECES)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #run(job: readonly Waiting[]): Promise<void> {
    const pieces = job.map((each) => each.piece);
    const give = new Set<ArrayBuffer>();
    for (const { bytes } of pieces) if (bytes.buffer instanceof ArrayBuffer) give.add(bytes.buffer);
    try {
      const args = { root: this.#root, pieces };
      const written = await this.#disk.run('writePieces', args, { urgency: 1, give: [...give] });
      for (const [index, each] of job.entries()) each.resolve(written[index] ?? 'FILE_FAILED');
    } catch (error) {
      for (const each of job) each.reject(error);
    }
  }
}
