/** The guards of folders that only send, that only receive, and that rest. */

import type { Guard } from './guard.ts';

const DECIDE = 'src/planner/decide.ts';
const KEPT = 'src/planner/kept.ts';
const DECIDED = 'src/planner/kept-change.ts';
const FOLDER = 'src/engine/folder-life.ts';
const OPENING = 'src/engine/opening.ts';
const PROOF = 'src/engine/programs/root-proof.ts';

export const kindGuards: readonly Guard[] = [
  {
    name: 'what is kept is told to others',
    file: 'kinds',
    scenario: 'receive-only: what a person changes there',
    edits: [
      {
        file: KEPT,
        from: 'return { ...told, invalid: true, version: [] };',
        to: 'return { ...row, version: [{ id: 5n, value: 9n }] };',
      },
    ],
  },
  {
    name: 'a folder that only receives counts with its own counter',
    file: 'kinds',
    scenario: 'receive-only: of two devices at the ends',
    edits: [{ file: KEPT, from: `kind === 'receive-only' ? KEPT_COUNTER : own`, to: 'own' }],
  },
  {
    name: 'what is kept makes room without a copy',
    file: 'kinds',
    scenario: 'receive-only: an edit makes room',
    edits: [
      {
        file: DECIDE,
        from: `const copies = ours.kind === 'file' && !isReplaced;`,
        to: 'const copies = false;',
      },
    ],
  },
  {
    name: 'a delete takes what is kept',
    file: 'kinds',
    scenario: 'receive-only: an edit makes room',
    edits: [
      {
        file: DECIDE,
        from: `if (target.deleted || (isBuiltUpon && !makesRoom)) return { kind: 'agreed' };`,
        to: `if (isBuiltUpon && !makesRoom) return { kind: 'agreed' };
  if (target.deleted) return act('delete', target, 'deleted there');`,
      },
    ],
  },
  {
    name: 'a directory that was taken away stays away, whatever comes into it',
    file: 'kinds',
    scenario: 'receive-only: a directory that was taken away',
    edits: [
      { file: DECIDE, from: `target.kind === 'directory' && sides.isWanted === true`, to: 'false' },
    ],
  },
  {
    name: 'what was made before a folder only received is told afterwards',
    file: 'kinds',
    scenario: 'a folder that only receives from now on',
    edits: [
      {
        file: DECIDED,
        from: 'if (row.invalid || isKept(row) || own <= told) return undefined;',
        to: 'if (row !== undefined) return undefined;',
      },
    ],
  },
  {
    name: 'what was kept stays kept in a folder that gives again',
    file: 'kinds',
    scenario: 'receive-only: a folder that gives again',
    edits: [
      {
        file: DECIDED,
        from: 'if (!isKept(row)) return undefined;\n  const base',
        to: 'if (row !== undefined) return undefined;\n  const base',
      },
    ],
  },
  {
    name: 'a folder that only sends takes what others have',
    file: 'kinds',
    scenario: 'send-only: nothing that others do',
    edits: [{ file: DECIDE, from: `rules.kind === 'send-only' && isDisk`, to: 'false' }],
  },
  {
    name: 'a folder that only sends gives directories back that others removed',
    file: 'kinds',
    scenario: 'send-only: nothing that others do',
    edits: [
      {
        file: 'src/engine/directory-life.ts',
        from: 'const decision = decideFreely(sidesAt(place, row.path, row), place.rules);',
        to: `const decision = { kind: 'agreed' } as ReturnType<typeof decideFreely>;`,
      },
    ],
  },
  {
    name: 'a folder that cannot be marked is not opened',
    file: 'kinds',
    scenario: 'DSK-07: a share that is read-only',
    edits: [
      {
        file: OPENING,
        from: `if (kind !== 'send-only' || !isReadOnly) throw error;`,
        to: 'throw error;',
      },
    ],
  },
  {
    name: 'any directory is taken for one that cannot be marked',
    file: 'kinds',
    scenario: 'DSK-07: another directory',
    edits: [
      {
        file: PROOF,
        from: '(yield* statusOf(root)).inode',
        to: '(yield* statusOf(root)).kind',
      },
    ],
  },
  {
    name: 'a paused folder gives what it has',
    file: 'pausing',
    scenario: 'a paused folder neither looks',
    edits: [
      {
        file: FOLDER,
        from: 'if (this.#rest.isPaused) await this.#sleep(signal);\n      else await',
        to: 'await',
      },
    ],
  },
  {
    name: 'a pause does not end what is under way',
    file: 'pausing',
    scenario: 'a folder that is paused in the middle',
    edits: [
      {
        file: FOLDER,
        from: `      this.#running = undefined;\n      this.#restart?.abort(ANEW);`,
        to: '',
      },
    ],
  },
  {
    name: 'a paused device is connected to',
    file: 'pausing',
    scenario: 'there is no connection to a paused device',
    edits: [
      {
        file: 'src/peer/peers.ts',
        from: 'known.filter((device) => device.isPaused !== true)',
        to: 'known',
      },
    ],
  },
  {
    name: 'what could not be read is overruled as absent',
    file: 'overruling',
    scenario: 'what stands behind a file that cannot be read',
    edits: [
      {
        file: 'src/engine/overruling.ts',
        from: 'const isKnown = absence?.isDoubtful(path) === false;',
        to: 'const isKnown = true;',
      },
      {
        file: 'src/engine/overruling.ts',
        from: 'absence?.isAbsent(path)',
        to: 'true',
      },
    ],
  },
];
