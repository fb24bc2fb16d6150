/** The guards of what is in doubt after a power cut: how long, and what counts as damage. */

import type { Guard } from './guard.ts';

export const doubtGuards: readonly Guard[] = [
  {
    name: 'the doubt never ends',
    file: 'doubt',
    scenario: 'what a person does after the first look',
    edits: [
      {
        file: 'src/engine/doubt.ts',
        from: 'else if (this.#range !== undefined) this.#proved.add(row.sequence);',
        to: '',
      },
      {
        file: 'src/engine/doubt.ts',
        from: 'if (this.#left !== undefined) this.#left.delete(row.path);',
        to: '',
      },
    ],
  },
  {
    name: 'damage is put aside in a folder that fetches nothing',
    file: 'doubt',
    scenario: 'damage stays in its place in a folder that only sends',
    edits: [
      {
        file: 'src/engine/damage-control.ts',
        from: "context.rules.kind !== 'send-only' && ",
        to: '',
      },
    ],
  },
  {
    name: 'the doubt ends with the first look, whatever that could not read',
    file: 'unread',
    scenario: 'damage is no edit because the first openFile failed with EIO',
    edits: [
      {
        file: 'src/engine/doubt.ts',
        from: 'this.#left = new Set(rows.values());',
        to: 'this.#left = new Set();',
      },
    ],
  },
  {
    name: 'a row that nobody has looked at yet is planned',
    file: 'unread',
    scenario: 'what is never readable stays in doubt',
    edits: [
      {
        file: 'src/engine/puller.ts',
        from: 'if (isUnlooked(this.#context, ours)) return undefined;',
        to: '',
      },
    ],
  },
  {
    name: 'what a power cut brought back counts as the work of a person if it is of another kind',
    file: 'rolled-back',
    scenario: 'a directory that became a file, and is one no more after a power cut, was not',
    edits: [
      {
        file: 'src/planner/damage.ts',
        from: "return age !== undefined && age <= 0 ? doubtful : 'sound';",
        to: "return 'sound';",
      },
    ],
  },
  {
    name: 'what is in a directory that came back is put out of sight with it',
    file: 'rolled-back',
    scenario: 'what is below a directory that came back',
    edits: [
      {
        file: 'src/engine/damage-control.ts',
        from: " || sighting.found?.kind === 'directory'",
        to: '',
      },
    ],
  },
  {
    name: 'what is below damage counts as made by a person',
    file: 'rolled-back',
    scenario: 'a directory that became a file, and is one no more after a power cut, is reported',
    edits: [
      {
        file: 'src/engine/damage-control.ts',
        from: 'if (isAmong(known, splitDisk(sighting.diskPath).parent)) continue;',
        to: '',
      },
    ],
  },
  {
    name: 'damage that can be listed is well',
    file: 'rolled-back',
    scenario: 'a directory that became a file, and is one no more after a power cut, is reported',
    edits: [
      {
        file: 'src/engine/observed-problems.ts',
        from: 'filter((path) => !damaged.has(path))',
        to: 'filter(() => true || damaged)',
      },
    ],
  },
  {
    name: 'what was written anew counts as durable if it is as it was',
    file: 'rewritten',
    scenario: 'what a power cut \\(rename-first, 3\\)',
    edits: [
      {
        file: 'src/engine/recorder.ts',
        from: 'if (isMadeAnew(sighting.seen, ours)) rewritten.push(ours.sequence);',
        to: '',
      },
    ],
  },
];
