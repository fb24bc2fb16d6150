/** The guards of what was found to be wrong once and must not come back, and of what costs time or traffic. */

import type { Guard } from './guard.ts';

const APPLY_ITEM = 'src/engine/programs/apply-item.ts';
const SETTLE = 'src/engine/programs/settle.ts';

export const findingGuards: readonly Guard[] = [
  {
    name: 'an edit is hidden by a note that was taken before it',
    file: 'conflicts',
    scenario: 'an edit that is recorded while',
    edits: [
      {
        file: 'src/engine/notes.ts',
        from: 'if ((row?.sequence ?? 0) !== basedOn.sequence || isInHand(context, path)) stale.push(path);',
        to: 'if (false) stale.push(path);',
      },
    ],
  },
  {
    name: 'a copy is made beside one of the same content',
    file: 'conflicts',
    scenario: 'two holders of one losing edit',
    edits: [
      {
        file: 'src/engine/programs/displaced.ts',
        from: 'const isThere = yield* holdsSame(staged, to);',
        to: 'const isThere = false;',
      },
    ],
  },
  {
    name: 'a confirmation is kept for later',
    file: 'deletes',
    scenario: 'a confirmation that nothing',
    edits: [
      { file: 'src/engine/observer.ts', from: 'this.#burials.forgetConfirmation();', to: '' },
    ],
  },
  {
    name: 'an emptied folder counts as filled once something arrives',
    file: 'deletes',
    scenario: 'what arrives in an emptied folder',
    edits: [
      {
        file: 'src/engine/burials.ts',
        from: 'going.has(row.path) || !this.#speaks(row)',
        to: 'going.has(row.path)',
      },
    ],
  },
  {
    name: 'what is gone is forgotten when its row changes',
    file: 'looking',
    scenario: 'a file that is gone is gone, though another device',
    edits: [
      {
        file: 'src/engine/burials.ts',
        from: 'for (const gone of all) if (!this.#isStillOurs(gone)) this.#events.back(gone.diskPath);',
        to: '',
      },
    ],
  },
  {
    name: 'nobody looks whether an open directory is still in its place',
    file: 'deletes',
    scenario: 'a directory that is moved out',
    edits: [
      {
        file: APPLY_ITEM,
        from: 'if (yield* work.reach.isInPlace(parent)) return true;',
        to: 'return true;',
      },
    ],
  },
  {
    name: 'what the disk takes for another name counts as there',
    file: 'folding',
    scenario: 'a file that is renamed',
    edits: [
      {
        file: 'src/engine/programs/look.ts',
        from: 'if (!(yield* reach.names.isAlias(dir, name)))',
        to: 'if (true)',
      },
    ],
  },
  {
    name: 'what a disk hides, or one that is missing, counts as gone',
    file: 'mounts',
    scenario: 'what was on a disk',
    edits: [
      {
        file: 'src/engine/mounts.ts',
        from: 'if (isForeign === undefined) return false;',
        to: 'if (isForeign !== 1) return false;',
      },
    ],
  },
  {
    name: 'files are put where a disk should be mounted',
    file: 'mounts',
    scenario: 'what arrives just as the disk goes',
    edits: [
      {
        file: 'src/engine/programs/apply-item.ts',
        from: 'if (!(yield* isOnItsDisk(work, item))) return',
        to: 'if (false) return',
      },
    ],
  },
  {
    name: 'nobody sees write errors before a group is applied',
    file: 'write-errors',
    scenario: 'after',
    edits: [
      {
        file: 'src/engine/puller.ts',
        from: 'await this.#context.witness.hold();',
        to: '',
      },
    ],
  },
  {
    name: 'after a failed sync what is staged beside the group is believed',
    file: 'write-errors',
    scenario: 'a group whose',
    edits: [
      {
        file: 'src/engine/groups.ts',
        from: 'await this.#parts.stageAnew();',
        to: '',
      },
    ],
  },
  {
    name: 'a look is believed though our row is younger',
    file: 'looking',
    scenario: 'a directory that went while',
    edits: [
      {
        file: 'src/engine/classify.ts',
        from: 'if (basedOn > at.looked.sequence) {',
        to: 'if (basedOn < 0) {',
      },
    ],
  },
  {
    name: 'a file is gone with its directory, even if that is there again',
    file: 'looking',
    scenario: 'a file is not gone because',
    edits: [
      {
        file: 'src/engine/programs/look.ts',
        from: `return above.outcome === 'there' ? { outcome: 'failed', code: 'FILE_CHANGED' } : above;`,
        to: `return { outcome: 'gone' };`,
      },
    ],
  },
  {
    name: 'a tree that is noted while its name is busy counts as a single path',
    file: 'looking',
    scenario: 'a tree that took the name',
    edits: [
      {
        file: 'src/engine/observer.ts',
        from: 'this.#note(diskPath, REST_MS, true);',
        to: 'this.#note(diskPath, REST_MS, false);',
      },
    ],
  },
  {
    name: 'a first start that was cut off counts as a lost marker',
    file: 'looking',
    scenario: 'killed at any moment of its very first start',
    edits: [
      {
        file: 'src/engine/opening.ts',
        from: `if (marker === undefined && known.token === '') return false;`,
        to: '',
      },
    ],
  },
  {
    name: 'the boot of a power cut is forgotten with the next start',
    file: 'doubt',
    scenario: 'damage is not announced by a start whose first look was killed',
    edits: [
      {
        file: 'src/engine/opening.ts',
        from: 'const bootId = isAfterPowerCut ? before.bootId : opening.bootId;',
        to: 'const bootId = opening.bootId;',
      },
    ],
  },
  {
    name: 'a folder in doubt ends cleanly',
    file: 'doubt',
    scenario: 'damage is not announced by a start whose first look was stopped',
    edits: [
      {
        file: 'src/engine/durability.ts',
        from: 'if (isInDoubt(context)) return undefined;',
        to: '',
      },
      {
        file: 'src/engine/opening.ts',
        from: 'before.endedCleanly && before.syncedSequence >= store.lastSequence();',
        to: 'before.endedCleanly;',
      },
    ],
  },
  {
    name: 'damage that nobody can mend is an edit once it has been looked at',
    file: 'doubt',
    scenario: 'damage that nobody can mend',
    edits: [
      {
        file: 'src/engine/damage-control.ts',
        from: 'for (const diskPath of left) context.unsynced.damaged.add(diskPath);',
        to: '',
      },
    ],
  },
  {
    name: 'whatever stands where damage was found is put aside',
    file: 'doubt',
    scenario: 'damage that a person replaces',
    edits: [
      {
        file: 'src/engine/programs/set-aside.ts',
        from: 'if (found === undefined || !isAsSeen(found, item.seen)) return false;',
        to: 'if (found === undefined) return false;',
      },
    ],
  },
  {
    name: 'our row says that damage is gone while it stands there',
    file: 'doubt',
    scenario: 'damage that cannot be put aside',
    edits: [
      {
        file: 'src/engine/damage-control.ts',
        from: 'if (row === undefined || !isAway(sighting) || !isAsSighted(context, sighting)) continue;',
        to: 'if (row === undefined || !isAsSighted(context, sighting)) continue;',
      },
    ],
  },
  {
    name: 'a person is asked about what a power cut took',
    file: 'doubt',
    scenario: 'nobody is asked whether',
    edits: [
      {
        file: 'src/engine/burials.ts',
        from: '&& !isSuspect(this.#context, gone.row)',
        to: '',
      },
    ],
  },
  {
    name: 'what is displaced without an intent stays so',
    file: 'displaced',
    scenario: 'killed at any call of a delete',
    edits: [
      {
        file: 'src/engine/folder-run.ts',
        from: 'await rescueDisplaced(context);',
        to: '',
      },
    ],
  },
  {
    name: 'what is found displaced is dropped where its name is taken',
    file: 'displaced',
    scenario: 'what is found displaced',
    edits: [
      {
        file: 'src/engine/programs/rescue.ts',
        from: 'if (yield* holdsSame(at, { dir, name })) {',
        to: 'if (true) {',
      },
    ],
  },
  {
    name: 'a staged directory that cannot be removed stops the folder',
    file: 'displaced',
    scenario: 'a staged directory goes',
    edits: [
      {
        file: 'src/engine/programs/stage.ts',
        from: `if (known.code !== 'FILE_GONE') return known.code;`,
        to: `if (known.code === 'FILE_IS_DIRECTORY') return known.code;
    if (known.code !== 'FILE_GONE') throw error;`,
      },
    ],
  },
  {
    name: 'an intent is over before what it displaced is settled',
    file: 'displaced',
    scenario: 'what is written to a displaced file',
    edits: [
      {
        file: SETTLE,
        from: 'if (!isOurs) return yield* keepUnlessOurs(reach, { ...task, found });',
        to: '',
      },
    ],
  },
  {
    name: 'what stands displaced is not known by its inode',
    file: 'displaced',
    scenario: 'a file that a person put there',
    edits: [
      {
        file: SETTLE,
        from: 'return yield* keepUnlessOurs(reach, { ...task, found });\n  }\n  // The number',
        to: 'return yield* stageAgain(task);\n  }\n  // The number',
      },
    ],
  },
  {
    name: 'what was displaced goes though the base is forgotten',
    file: 'displaced',
    scenario: 'what was displaced when the base',
    edits: [
      {
        file: SETTLE,
        from: 'if (!item.isKnown) return [',
        to: 'if (false) return [',
      },
    ],
  },
  {
    name: 'the copy that was to be made is forgotten in a crash',
    file: 'kills',
    scenario: 'CRS-02.*conflict that this side loses',
    edits: [
      {
        file: SETTLE,
        from: 'if (item.conflictCopy !== undefined) {',
        to: 'if (false && item.conflictCopy !== undefined) {',
      },
    ],
  },
  {
    name: 'what was displaced is looked over while its path can be recorded',
    file: 'displaced',
    scenario: 'what loses its name is kept',
    edits: [
      {
        file: SETTLE,
        from: 'if (item.conflictCopy !== undefined) {',
        to: 'if (!item.isRecorded && item.conflictCopy !== undefined) {',
      },
      {
        file: 'src/engine/groups.ts',
        from: 'if (result.isUnfinished) await this.#recoverOpenly();',
        to: `this.#context.busy.clear();
      if (result.isUnfinished) await this.#recover();`,
      },
    ],
  },
  {
    name: 'what was displaced is known by its times though they prove nothing',
    file: 'displaced',
    scenario: 'a file that a person changed within one step',
    edits: [
      {
        file: 'src/engine/recovery.ts',
        from: 'content: !isRecorded && ours?.seen?.racy === true ? ours : undefined,',
        to: 'content: undefined,',
      },
    ],
  },
  {
    name: 'a name is what it is whatever holds it',
    file: 'names',
    scenario: 'what stands in',
    edits: [
      {
        file: 'src/engine/spelling.ts',
        from: `const above = parent === '' ? undefined : speltOtherwise(store, parent);`,
        to: 'const above = undefined;',
      },
    ],
  },
  {
    name: 'a fetch that was given up is not planned again',
    file: 'transfers',
    scenario: 'a file that changes while',
    edits: [
      {
        file: 'src/engine/puller.ts',
        from: 'if (given.aborted) this.#toPlan.add([path]);',
        to: '',
      },
    ],
  },
  {
    name: 'news counts as heard over a gap',
    file: 'announcing',
    scenario: 'news after a gap',
    edits: [
      { file: 'src/engine/hearing.ts', from: 'if (prevSequence <= heard) return;', to: 'return;' },
    ],
  },
  {
    name: 'an index that begins again is added to the one before',
    file: 'announcing',
    scenario: 'an index that begins anew on one connection',
    edits: [
      {
        file: 'src/engine/hearing.ts',
        from: 'if (hearing.hasBegun) hearing.isFirst = false;',
        to: '',
      },
    ],
  },
  {
    name: 'nobody counts anew when claims have gone unnamed',
    file: 'announcing',
    scenario: 'an index that begins anew in two parts',
    edits: [
      {
        file: 'src/engine/hearing.ts',
        from: `if (store.hasOutdated(device)) heard = 'replaced';`,
        to: '',
      },
    ],
  },
  {
    name: 'each block that cannot be read for others is reported',
    file: 'disk-trouble',
    scenario: 'a file that cannot be read for others',
    edits: [
      {
        file: 'src/engine/complaints.ts',
        from: 'if (this.#told.get(path) === code) return;',
        to: '',
      },
    ],
  },
  {
    name: 'what was staged before is fetched again',
    file: 'transfers',
    scenario: 'a transfer goes on.*the receiver is killed',
    edits: [
      {
        file: 'src/engine/fetcher.ts',
        from: 'let serves = wanted.mayBeStaged || part !== undefined;',
        to: 'let serves = false;',
      },
    ],
  },
];
