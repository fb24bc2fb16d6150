/** Bugs of what a power cut or a kill finds: order of syncs, commits, names and notes. */

import type { Bug } from './bug.ts';

const APPLY = 'src/engine/programs/apply.ts';
const APPLIER = 'src/engine/applier.ts';
const CALLS = 'src/engine/file-calls.ts';
const SIM_DEVICE = 'lab/sim/device.ts';

export const durabilityBugs: readonly Bug[] = [
  {
    name: 'file-not-synced',
    what: 'the content of a file is not made durable before its name appears',
    budgetS: 60,
    edits: [
      { file: APPLY, from: 'if (syncs) yield* sync(file);', to: '' },
      { file: APPLY, from: 'if (!each) yield* syncFileSystem(stage, group.witness);', to: '' },
    ],
  },
  {
    name: 'directory-not-synced',
    what: 'new names are not made durable before they are recorded',
    budgetS: 60,
    edits: [
      {
        file: APPLY,
        from: 'if (group.touched.size === 0) return;',
        to: 'if (group.touched.size >= 0) return;',
      },
    ],
  },
  {
    name: 'recorded-before-rename',
    what: 'a row says that a version is here before its name has been put in place',
    budgetS: 60,
    edits: [
      {
        file: APPLIER,
        from: "const applied = await context.ports.disk.run('apply', args, { urgency: 1 });",
        to: `await context.ledger.change((next) => ({
          ours: current.map(({ operation: { path, target } }) => ({
            ...target, path, sequence: next(), diskPath: undefined,
            seen: target.deleted ? undefined : context.store.ours(path)?.seen,
          })),
        }));
        const applied = await context.ports.disk.run('apply', args, { urgency: 1 });`,
      },
    ],
  },
  {
    name: 'commit-not-durable',
    what: 'a commit is acknowledged before it is durable: a power cut takes the last ones back',
    budgetS: 60,
    edits: [
      {
        file: SIM_DEVICE,
        from: '#saved: MemorySnapshot | undefined;',
        to: '#saved: MemorySnapshot | undefined; #early: MemorySnapshot | undefined;',
      },
      {
        file: SIM_DEVICE,
        from: 'const settle = (): Promise<void> => this.#commitTime(life, random);',
        to: `let commits = 0;
        const settle = (): Promise<void> => {
          if (commits++ % 8 === 0) this.#early = life.store.snapshot();
          return this.#commitTime(life, random);
        };`,
      },
      {
        file: SIM_DEVICE,
        from: "if (model === 'kill') return;",
        to: "if (model === 'kill') return; this.#saved = this.#early ?? this.#saved;",
      },
    ],
  },
  {
    name: 'sync-error-ignored',
    what: 'an error of a sync counts as success',
    budgetS: 60,
    draw: { troubles: ['platters'], flocks: 0, devices: 3 },
    edits: [
      {
        file: CALLS,
        from: "return perform({ call: 'sync', handle });",
        to: `return (function* () {
          try { yield* perform({ call: 'sync', handle }); } catch { return undefined; }
          return undefined;
        })() as Done;`,
      },
      {
        file: CALLS,
        from: "return perform({ call: 'syncFileSystem', dir, witness });",
        to: `return (function* () {
          try { yield* perform({ call: 'syncFileSystem', dir, witness }); } catch { return undefined; }
          return undefined;
        })() as Done;`,
      },
    ],
  },
  {
    name: 'second-sync-believed',
    what: 'after a sync has failed what is staged is synced again and believed',
    budgetS: 60,
    draw: { troubles: ['platters'], flocks: 0, devices: 3 },
    edits: [
      {
        file: 'src/engine/groups.ts',
        from: 'await this.#parts.stageAnew();',
        to: '',
      },
    ],
  },
  {
    name: 'displaced-before-logged',
    what: 'what is displaced is not noted before, and nobody looks for it after a crash',
    budgetS: 60,
    edits: [
      {
        file: APPLIER,
        from: 'return intents.length > 0 ? { addIntents: intents } : undefined;',
        to: 'return undefined;',
      },
      { file: 'src/engine/folder-run.ts', from: 'await rescueDisplaced(context);', to: '' },
    ],
  },
  {
    name: 'heard-before-stored',
    what: 'how far an index was heard is stored before what was heard',
    budgetS: 60,
    draw: { troubles: ['kills'], flocks: 0, devices: 3 },
    edits: [
      {
        file: 'src/engine/hearing.ts',
        from: 'for (let at = 0; at < Math.max(1, fresh.length); at += GROUP) {',
        to: `await this.#context.ledger.change(() => {
          const stored = this.stored(device);
          const isGap = news.kind === 'update' && news.prevSequence > stored.heard;
          if (isGap) return undefined;
          return { peer: { ...stored, heard: highest(news, news.kind === 'full' ? 0 : stored.heard) } };
        });
        for (let at = 0; at < Math.max(1, fresh.length); at += GROUP) {`,
      },
    ],
  },
  {
    name: 'sequence-reused',
    what: 'after a crash the last sequence numbers are given once more',
    budgetS: 60,
    edits: [
      {
        file: 'src/store/memory-ours.ts',
        from: 'copy.#lastSequence = this.#lastSequence;',
        to: 'copy.#lastSequence = Math.max(0, this.#lastSequence - 2);',
      },
    ],
  },
  {
    name: 'damage-announced',
    what: 'what a power cut did to a file counts as the edit of a person',
    budgetS: 60,
    edits: [
      {
        file: 'src/engine/classify.ts',
        from: ' || doubt.has(ours);',
        to: ';',
      },
    ],
  },
];
