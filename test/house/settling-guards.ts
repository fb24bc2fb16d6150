/** The guards of what is open, unsettled or damaged for a while: directories, displaced files, what a power cut left. */

import type { Guard } from './guard.ts';

export const settlingGuards: readonly Guard[] = [
  {
    name: 'a directory is not opened to be worked in',
    file: 'shut-directories',
    scenario: 'a directory that shuts its owner out is added to',
    edits: [
      {
        file: 'src/engine/programs/apply-item.ts',
        from: `if (item.kind !== 'adopt') yield* work.lending.open(work.reach, parent);`,
        to: '',
      },
    ],
  },
  {
    name: 'nothing tells of a directory that is open',
    file: 'shut-directories',
    scenario: 'CRS-02: killed at any call while a directory',
    edits: [
      {
        file: 'src/engine/applier.ts',
        from: '...lent.map(intentOfLent)',
        to: '',
      },
    ],
  },
  {
    name: 'recovery does not open what was shut again already',
    file: 'shut-directories',
    scenario: 'CRS-02: killed at any call while a directory',
    edits: [
      {
        file: 'src/engine/programs/settle.ts',
        from: 'yield* lending.open(reach, splitDisk(item.diskPath).parent);',
        to: '',
      },
    ],
  },
  {
    name: 'a look that saw a directory open is believed',
    file: 'shut-directories',
    scenario: 'a look that sees a directory open for a moment',
    edits: [
      {
        file: 'src/engine/lent-modes.ts',
        from: 'made === undefined ? rowAnew(context, path, group.next)',
        to: 'made === undefined ? undefined',
      },
    ],
  },
  {
    name: 'a mode that could not be given back counts as seen',
    file: 'shut-directories',
    scenario: 'a mode that cannot be given back at once',
    edits: [
      {
        file: 'src/engine/recorder.ts',
        from: 'if (context.unsettled.has(sighting.path)) continue;',
        to: '',
      },
    ],
  },
  {
    name: 'one item that cannot be settled stops the folder',
    file: 'unsettled',
    scenario: 'a file that was replaced and cannot be settled',
    edits: [
      {
        file: 'src/engine/programs/code-of.ts',
        from: 'return itemTrouble(error).code;',
        to: 'throw error;',
      },
    ],
  },
  {
    name: 'a path that is not settled is recorded as it stands there',
    file: 'unsettled',
    scenario: 'a file that was replaced and cannot be settled',
    edits: [
      {
        file: 'src/engine/recorder.ts',
        from: 'if (context.unsettled.has(sighting.path)) continue;',
        to: '',
      },
    ],
  },
  {
    name: 'damage is given to others',
    file: 'doubt',
    scenario: 'damage that nobody can mend is given to nobody',
    edits: [
      {
        file: 'src/engine/server.ts',
        from: 'if (this.#context.unsynced.damaged.has(diskPath)) return undefined;',
        to: '',
      },
    ],
  },
  {
    name: 'what a person put in the place of damage counts as damage',
    file: 'doubt',
    scenario: 'damage that nobody can mend is given to nobody',
    edits: [
      {
        file: 'src/engine/recorder.ts',
        from: 'context.unsynced.damaged.delete(sighting.diskPath);',
        to: '',
      },
    ],
  },
  {
    name: 'with an empty base content is fetched that stands here',
    file: 'new-base',
    scenario: 'a base that was lost costs no transfer of what stands here',
    edits: [
      {
        file: 'src/engine/puller.ts',
        from: ' || this.#context.firstLook.isAwaited',
        to: '',
      },
    ],
  },
  {
    name: 'a link that was made anew is taken for the one of our row',
    file: 'links-made-anew',
    scenario: 'CRS-02: a link made anew',
    edits: [
      {
        file: 'src/engine/programs/apply-item.ts',
        from: 'return isAsSeen(found, seen) && equalBytes(',
        to: 'return equalBytes(',
      },
    ],
  },
  {
    name: 'damage that is met while a device is answered ends its connection',
    file: 'damaged-rows',
    scenario: 'damage met by the read of peer',
    edits: [
      {
        file: 'src/engine/halting.ts',
        from: 'isStopping(known) ? halt(known) : error;',
        to: 'isStopping(known) && halt.length < 0 ? halt(known) : error;',
      },
    ],
  },
  {
    name: 'where no event comes it is looked as rarely as elsewhere',
    file: 'events',
    scenario: 'where it is known that no event comes',
    edits: [
      {
        file: 'src/engine/scan-pace.ts',
        from: 'if (this.#blind === undefined) return EVERY_MS;',
        to: 'if (EVERY_MS > 0) return EVERY_MS;',
      },
    ],
  },
  {
    name: 'where no event comes it is looked all the time',
    file: 'events',
    scenario: 'looking where no event comes takes',
    edits: [
      {
        file: 'src/engine/scan-pace.ts',
        from: 'this.#tookMs / BLIND_SHARE',
        to: 'this.#tookMs * BLIND_SHARE',
      },
    ],
  },
  {
    name: 'a folder that the full disk of its database has stopped is not opened again',
    file: 'database-full',
    scenario: 'DSK-02: whichever commit of a first exchange',
    edits: [
      {
        file: 'src/engine/folder-life.ts',
        from: 'const REOPEN_MS = 10_000;',
        to: 'const REOPEN_MS = 10_000_000_000;',
      },
    ],
  },
  {
    name: 'whoever waits for a content waits on when something else is ready at its path',
    file: 'transfers',
    scenario: 'files that are changed and then moved',
    edits: [
      {
        file: 'src/engine/groups.ts',
        from: 'return ready !== undefined && keyOf(ready.operation) === keyOf(operation);',
        to: 'return ready !== undefined;',
      },
    ],
  },
  {
    name: 'what news has superseded is forgotten at once',
    file: 'killed-and-outrun',
    scenario: 'CRS-02: killed at any call of an edit',
    edits: [
      {
        file: 'src/engine/hearing.ts',
        from: 'keepSuperseded: this.#context.superseded.outrun(paths),',
        to: '',
      },
    ],
  },
  {
    name: 'what may stand here is planned before anybody has looked',
    file: 'killed-and-outrun',
    scenario: 'CRS-02: killed at any call of a new file, and its delete',
    edits: [
      {
        file: 'src/engine/puller.ts',
        from: ' || superseded.has(path)',
        to: '',
      },
    ],
  },
  {
    name: 'what news has superseded is forgotten with the run',
    file: 'killed-and-outrun',
    scenario:
      'CRS-02: killed at any call of a new link, and its delete, it hears of those and is killed',
    edits: [
      {
        file: 'src/engine/superseded.ts',
        from: 'this.#isAny = store.supersededPaths(undefined, 1).length > 0;',
        to: 'this.#isAny = false;',
      },
    ],
  },
  {
    name: 'a run that ends before it has looked counts as one that has',
    file: 'killed-and-outrun',
    scenario: 'CRS-02: killed at any call of a new link, and ended before it has looked',
    edits: [
      {
        file: 'src/engine/durability.ts',
        from: ' || context.superseded.isOpen',
        to: '',
      },
    ],
  },
  {
    name: 'news is taken of what is being put in place',
    file: 'killed-and-outrun',
    scenario: 'CRS-02: killed while a group is made durable',
    edits: [
      {
        file: 'src/engine/hearing.ts',
        from: 'await busy.whileFree(paths, () => ledger.change(build));',
        to: 'await ledger.change(build);',
      },
    ],
  },
  {
    name: 'another disk at a mount point is taken for the one that was there',
    file: 'mounts',
    scenario: 'an empty disk at the place of another one, mounted while it is off',
    edits: [
      {
        file: 'src/engine/nested-disks.ts',
        from: `return this.#holdsContent(mount) ? 'strange' : 'known';`,
        to: `return 'known';`,
      },
    ],
  },
  {
    name: 'what is neither file nor link is read when it is settled',
    file: 'displaced',
    scenario: 'a fifo that a person puts in the place',
    edits: [
      {
        file: 'src/engine/programs/settle.ts',
        from: 'const content = isReadable ?',
        to: 'const content = isReadable || true ?',
      },
    ],
  },
];
