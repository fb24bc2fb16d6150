/**
 * The same random steps on the simulated and on the real file system, on disks of several kinds: what the simulator proves
 * is worth no more than its likeness. KITH_RUNS sets the number of sequences on each; a failure names a seed.
 */

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { asNobody } from '../support/as-nobody.ts';
import { type MountedDisk, mountedDisk, whyNotMounted } from '../support/mounted-disk.ts';
import { Pair } from './differential/pair.ts';
import { realSide, simulatedSide } from './differential/side.ts';
import { type Step, sequences } from './differential/steps.ts';
import { SUBJECTS, type Subject, temporarySubject } from './differential/subjects.ts';

const { KITH_RUNS, KITH_SEED } = process.env;
const seed = KITH_SEED === undefined ? {} : { seed: Number(KITH_SEED) };

for (const subject of [...SUBJECTS, temporarySubject()]) {
  const { kind, runs, title } = subject;
  const skip = kind !== undefined && whyNotMounted(kind);
  test(`simulated and real files answer alike: ${title}`, { skip }, (t) => {
    const disk = kind === undefined ? temporary() : mountedDisk(kind);
    t.after(() => disk.dispose());
    fs.chmodSync(disk.path, 0o777);
    const numRuns = Number(KITH_RUNS ?? runs);
    const alike = fc.property(sequences(subject), (steps) => tell(subject, disk.path, steps));
    fc.assert(alike, { numRuns, includeErrorInReport: true, ...seed });
  });
}

function tell(subject: Subject, directory: string, steps: readonly Step[]): void {
  const within = subject.asNobody ? asNobody : <Result>(act: () => Result): Result => act();
  const real = within(() => realSide(directory));
  try {
    within(() => takeAll(new Pair({ simulated: simulatedSide(subject.options), real }, subject)));
  } finally {
    real.dispose();
  }

  function takeAll(pair: Pair): void {
    pair.look();
    for (const [i, step] of steps.entries()) {
      pair.take(step);
      if ((i + 1) % subject.lookEvery === 0 || i + 1 === steps.length) pair.look();
    }
  }
}

function temporary(): MountedDisk {
  const at = fs.mkdtempSync(path.join(tmpdir(), 'kith-disk-'));
  return { path: at, dispose: () => fs.rmSync(at, { recursive: true }) };
}
