/** Bugs of what is seen on the disk, and of what is made of not seeing it. */

import type { Bug } from './bug.ts';

const FIRST_LOOK_OVER = 'firstLook.isAwaited = false;';

export const lookingBugs: readonly Bug[] = [
  {
    name: 'error-is-absence',
    what: 'a directory that cannot be listed counts as empty, and what is missing counts as deleted',
    budgetS: 60,
    draw: { troubles: ['errors'], flocks: 0, devices: 3 },
    edits: [
      {
        file: 'src/engine/programs/look.ts',
        from: 'const listing = yield* list(dir);',
        to: `let listing: DirListing = { names: [], undecodable: [] };
        try { listing = yield* list(dir); } catch { listing = { names: [], undecodable: [] }; }`,
      },
      {
        file: 'src/engine/burials.ts',
        from: 'const proved = await this.#prove(all.filter((gone) => this.#isStillOurs(gone)));',
        to: 'const proved = all.filter((gone) => this.#isStillOurs(gone));',
      },
    ],
  },
  {
    name: 'racy-rule-dropped',
    what: 'a file that was written to within the same tick of the clock counts as unchanged',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/context.ts',
        from: "const racy = status.kind === 'file' && (isRecent || isAhead);",
        to: 'const racy = false;',
      },
      {
        file: 'src/engine/clock-steps.ts',
        from: 'if (from <= now && now < to) return true;',
        to: '',
      },
    ],
  },
  {
    name: 'stale-look-recorded',
    what: 'what was seen is recorded over a row that has changed since',
    budgetS: 60,
    draw: {
      troubles: ['slowness'],
      flocks: 0,
      devices: 2,
      names: 1,
      people: ['write', 'save'],
    },
    edits: [
      {
        file: 'src/engine/recorder.ts',
        from: 'if (context.busy.has(sighting.path) || (ours?.sequence ?? 0) !== sighting.basedOn) {',
        to: 'if (false) {',
      },
    ],
  },
  {
    name: 'marker-not-checked',
    what: 'nobody looks whether the directory at the path of the folder is the folder',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/programs/reach.ts',
        from: 'const marker = yield* checkMarker(reach, root);',
        to: '',
      },
      {
        file: 'src/engine/programs/reach.ts',
        from: 'if (!(yield* isMarkerStill(reach, marker))) yield* checkMarker(reach, root);',
        to: '',
      },
    ],
  },
  {
    name: 'emptied-not-asked',
    what: 'that everything is gone is announced without a question',
    budgetS: 60,
    draw: { troubles: ['emptying'], flocks: 0, devices: 3 },
    edits: [
      {
        file: 'src/engine/burials.ts',
        from: 'if (await this.#wouldEmpty(proved)) {',
        to: 'if (false) {',
      },
    ],
  },
  {
    name: 'empty-base-deletes',
    what: 'what others have and an empty database does not know counts as deleted here',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/observer.ts',
        from: FIRST_LOOK_OVER,
        to: `${FIRST_LOOK_OVER} {
        const { store, ledger, counter, self } = this.#context;
        const none = new Uint8Array(0);
        await ledger.change((next) => ({
          ours: store.paths(undefined, 1000).flatMap((path) => {
            const entry = store.announced(path)[0]?.entry;
            if (entry === undefined || entry.deleted || store.ours(path) !== undefined) return [];
            const version = [...entry.version, { id: counter, value: 2_000_000_000n }];
            version.sort((a, b) => (a.id < b.id ? -1 : 1));
            return [{
              ...entry, deleted: true, size: 0, blockSize: 0, blocks: none, contentHash: none,
              previousHash: none, target: none, modifiedBy: self.shortId, version,
              sequence: next(), diskPath: undefined, seen: undefined,
            }];
          }),
        })); }`,
      },
    ],
  },
  {
    name: 'prefix-without-separator',
    what: 'what begins with the name of a directory counts as being in it',
    budgetS: 60,
    draw: {
      troubles: ['stops'],
      flocks: 0,
      devices: 2,
      names: 8,
      people: ['write', 'delete', 'link'],
    },
    edits: [
      {
        file: 'src/store/memory-ours.ts',
        from: 'return this.#list([...(this.#children.get(dir) ?? [])].sort(comparePaths));',
        to: `const all = [...this.#rows.keys()].filter((path) => dir !== undefined &&
          path.startsWith(dir) && path !== dir && !path.slice(dir.length + 1).includes('/'));
        const own = [...(this.#children.get(dir) ?? [])];
        return this.#list([...new Set([...own, ...all])].sort(comparePaths));`,
      },
    ],
  },
  {
    name: 'case-twins-ignored',
    what: 'a disk that takes two names for one is not noticed',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/programs/exact-names.ts',
        from: 'if (found?.inode === twin.inode) return',
        to: 'if (false) return',
      },
    ],
  },
  {
    name: 'aliases-are-names',
    what: 'a file that the disk finds under other letters counts as the file of that name',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/programs/exact-names.ts',
        from: "return !(yield* this.#isListed(dir, name.normalize('NFC')));",
        to: 'return false;',
      },
    ],
  },
  {
    name: 'forms-are-names',
    what: 'a name that the disk keeps in another Unicode form counts as another name',
    budgetS: 60,
    draw: { flocks: 0, devices: 3 },
    edits: [
      {
        file: 'src/engine/spelling.ts',
        from: "return parseRelPath(diskPath.normalize('NFC'));",
        to: 'return parseRelPath(diskPath);',
      },
    ],
  },
];
