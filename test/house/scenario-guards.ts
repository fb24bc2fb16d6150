/** The guards of the scenarios of the catalogue. */

import type { Edit } from '../../lab/planted/edit.ts';
import type { Guard } from './guard.ts';

const APPLY_ITEM = 'src/engine/programs/apply-item.ts';
const APPLY = 'src/engine/programs/apply.ts';
const SETTLE = 'src/engine/programs/settle.ts';
const DECIDE = 'src/planner/decide.ts';
const GLOBAL = 'src/planner/global.ts';

const NO_LINK = {
  file: 'lab/sim/file-system.ts',
  from: `const { name } = call;
    if (found.kind === 'symlink') throw new KithError('FILE_IS_LINK', { name });
    if (found.kind !== 'directory')`,
  to: `const { name } = call;
    if (found.kind === 'symlink') return this.#openRoot(new TextDecoder().decode(found.target));
    if (found.kind !== 'directory')`,
};

const NO_AGREEMENT: readonly Edit[] = [
  {
    file: GLOBAL,
    from: 'heads.filter((head) => hasEqualContent(head, winner))',
    to: '[winner]',
  },
  {
    file: DECIDE,
    from: 'if (ours.kind === target.kind && hasEqualContent(ours, target)) {',
    to: 'if (false) {',
  },
];

const NO_TWIN = {
  file: 'src/engine/fetcher.ts',
  from: 'const twin = this.#context.store.withContent(target.contentHash, 1)[0];',
  to: 'const twin = undefined as never;',
};

/** What was displaced is dropped, whoever wrote to it. */
const UNTOUCHED = {
  file: 'src/engine/programs/displaced.ts',
  from: 'if (!isAsSeen(displaced, expected.seen)) return false;',
  to: 'return true;',
};
const LEFT_ALONE = {
  file: SETTLE,
  from: `return found.kind === 'symlink' || isAsSeen(found, expected.seen);`,
  to: 'return true;',
};

export const scenarioGuards: readonly Guard[] = [
  {
    name: 'the loser of a conflict is not kept',
    file: 'conflicts',
    scenario: 'CON-01',
    edits: [{ file: DECIDE, from: 'if (!lost) return act(', to: 'return act(' }],
  },
  {
    name: 'what stands at a name is not compared before it is replaced, nor after',
    file: 'conflicts',
    scenario: 'CON-02',
    edits: [
      {
        file: APPLY_ITEM,
        from: `if (!(yield* isExpected(at, found, item.expected))) return { outcome: 'changed', made };`,
        to: '',
      },
      UNTOUCHED,
      LEFT_ALONE,
    ],
  },
  {
    name: 'a new start counts on with the counter of an old one, from the beginning',
    file: 'conflicts',
    scenario: 'CON-04',
    edits: [
      { file: 'src/engine/folder-run.ts', from: 'opened.identity.indexId', to: '1n' },
      {
        file: 'src/planner/local.ts',
        from: 'const value = highest + 1n > seconds ? highest + 1n : seconds;',
        to: 'const value = highest + 1n;',
      },
    ],
  },
  {
    name: 'a delete wins over an edit',
    file: 'conflicts',
    scenario: 'CON-06.*laptop desk, desk phone, laptop phone',
    edits: [
      {
        file: GLOBAL,
        from: 'Number(b.deleted) - Number(a.deleted)',
        to: 'Number(a.deleted) - Number(b.deleted)',
      },
    ],
  },
  {
    name: 'equal content is a conflict',
    file: 'conflicts',
    scenario: 'CON-09',
    edits: NO_AGREEMENT,
  },
  {
    name: 'concurrent files have no losers',
    file: 'conflicts',
    scenario: 'CON-14',
    edits: [{ file: GLOBAL, from: `!head.deleted && head.kind === 'file'`, to: 'false' }],
  },
  {
    name: 'what loses its name is not kept',
    file: 'conflicts',
    scenario: 'CON-15',
    edits: [
      {
        file: 'src/engine/programs/displacing.ts',
        from: 'yield* keepAside(step, aside, untouched ? item.conflictCopy : undefined);',
        to: '',
      },
    ],
  },
  {
    name: 'times are believed however close to the look they are',
    file: 'times',
    scenario: 'CLK-01',
    edits: [{ file: 'src/engine/context.ts', from: '!seen.racy &&', to: '' }],
  },
  {
    name: 'a time that reads back cut is taken for a change',
    file: 'times',
    scenario: 'CLK-04.*of 2 s',
    edits: [
      {
        file: 'src/engine/recorder.ts',
        from: 'isTimeSame ? ours.mtime : found.mtime',
        to: 'found.mtime',
      },
    ],
  },
  {
    name: 'content that stands here under another name is not used',
    file: 'renames',
    scenario: 'REN-01',
    edits: [NO_TWIN],
  },
  {
    name: 'content that stands here in another directory is not used',
    file: 'renames',
    scenario: 'REN-06',
    edits: [NO_TWIN],
  },
  {
    name: 'a directory does not make room',
    file: 'renames',
    scenario: 'REN-09',
    edits: [{ file: APPLY_ITEM, from: 'yield* removeDir(at.dir, at.name);', to: '' }],
  },
  {
    name: 'links on the way are followed',
    file: 'hostile',
    scenario: 'LNK-01.*a link, and later files',
    edits: [NO_LINK],
  },
  {
    name: 'links on the way are followed by deletes',
    file: 'hostile',
    scenario: 'LNK-02',
    edits: [NO_LINK],
  },
  {
    name: 'parts of dots are let in',
    file: 'hostile',
    scenario: 'LNK-08: one name',
    edits: [
      {
        file: 'src/model/path.ts',
        from: `if (part === '.' || part === '..') return 'dot part';`,
        to: '',
      },
    ],
  },
  {
    name: 'names that Kith keeps for itself are wanted',
    file: 'hostile',
    scenario: 'LNK-08: names',
    edits: [{ file: 'src/planner/rules.ts', from: 'if (isReserved(path)) return true;', to: '' }],
  },
  {
    name: 'a root without a marker is believed',
    file: 'deletes',
    scenario: 'DEL-04',
    edits: [
      {
        file: 'src/engine/programs/reach.ts',
        from: `if (marker === undefined) throw new KithError('MARKER_MISSING', { path: root.path });`,
        to: 'if (marker === undefined) return marker as never;',
      },
      {
        file: 'src/engine/programs/reach.ts',
        from: 'if (!(yield* isMarkerStill(reach, marker)))',
        to: 'if (marker !== undefined && !(yield* isMarkerStill(reach, marker)))',
      },
    ],
  },
  {
    name: 'what cannot be looked at counts as gone',
    file: 'deletes',
    scenario: 'DEL-10',
    edits: [
      {
        file: 'src/engine/programs/look.ts',
        from: `return { outcome: 'failed', code: known.code };`,
        to: `return { outcome: 'gone' };`,
      },
      {
        file: 'src/engine/programs/look.ts',
        from: 'dirs.push(yield* guarded(lookInto(reach, path)));',
        to: `const found = yield* guarded(lookInto(reach, path));
      const nothing = { entries: [], unreadable: [], undecodable: [] };
      dirs.push(found.outcome === 'gone' ? { outcome: 'listed', ...nothing } : found);`,
      },
    ],
  },
  {
    name: 'nobody looks why a directory cannot be deleted',
    file: 'deletes',
    scenario: 'DEL-12',
    edits: [
      {
        file: 'src/engine/groups.ts',
        from: 'if (REFUTES.has(code)) this.#doubtAround(path);',
        to: '',
      },
    ],
  },
  {
    name: 'nobody is asked when everything is gone',
    file: 'deletes',
    scenario: 'a folder that lost everything',
    edits: [
      {
        file: 'src/engine/burials.ts',
        from: 'if (this.#mayEmpty || proved.length === 0) return false;',
        to: 'return false;',
      },
    ],
  },
  {
    name: 'names are published before their content is durable',
    file: 'power',
    scenario: 'CRS-01: a power cut.*weak',
    edits: [{ file: APPLY, from: 'if (syncs) yield* sync(file);', to: '' }],
  },
  {
    name: 'what an unfinished group displaced is forgotten',
    file: 'kills',
    scenario: 'CRS-02.*conflict that this side loses',
    edits: [
      {
        file: 'src/engine/recovery.ts',
        from: 'if (intents.length === 0) return [];',
        to: 'if (intents.length >= 0) return [];',
      },
    ],
  },
  {
    name: 'a delete brings back the directory that was gone with it',
    file: 'kills',
    scenario: 'CRS-02.*of a delete',
    edits: [
      {
        file: APPLY_ITEM,
        from: 'if (item.expected !== undefined && !isAsBefore)',
        to: 'if (isAsBefore && !isAsBefore)',
      },
    ],
  },
  {
    name: 'a link that was about to be placed stands in its own way',
    file: 'kills',
    scenario: 'CRS-02.*becomes a link',
    edits: [{ file: APPLY_ITEM, from: 'if (!(yield* isLinkTo(staged, target)))', to: '' }],
  },
  {
    name: 'an older database is believed',
    file: 'power',
    scenario: 'CRS-05',
    edits: [
      {
        file: 'src/engine/opening.ts',
        from: 'return marker.token === known.token || marker.token === known.nextToken;',
        to: 'return true;',
      },
      {
        file: 'src/engine/folder.ts',
        from: 'peer.heardOfUs.sequence > ours.sequence',
        to: 'peer.heardOfUs.sequence < 0',
      },
    ],
  },
  {
    name: 'equal content is a conflict once the base is lost',
    file: 'power',
    scenario: 'CRS-07',
    edits: NO_AGREEMENT,
  },
  {
    name: 'names are recorded before they are durable',
    file: 'power',
    scenario: 'CRS-14: a new file',
    edits: [
      { file: APPLY, from: 'yield* sync(group.stage);', to: '' },
      { file: APPLY, from: 'if (dir !== undefined) yield* sync(dir);', to: '' },
    ],
  },
  {
    name: 'what was displaced is not compared with what was expected',
    file: 'last-moment',
    scenario: 'PAR-06: a save at any call of a replacement',
    edits: [UNTOUCHED, LEFT_ALONE],
  },
  {
    name: 'what was displaced is not compared once more before it goes',
    file: 'last-moment',
    scenario: 'PAR-06: what is written at any call of a replacement',
    edits: [LEFT_ALONE],
  },
  {
    name: 'blocks are not compared with their hash',
    file: 'hostile',
    scenario: 'MAL-01: wrong content',
    edits: [
      {
        file: 'src/engine/programs/stage.ts',
        from: `if (!equalBytes(sha256(piece.bytes), piece.hash)) return 'mismatch';`,
        to: '',
      },
    ],
  },
  {
    name: 'nobody is cut off for wrong blocks',
    file: 'hostile',
    scenario: 'MAL-01: wrong content',
    edits: [{ file: 'src/peer/blame.ts', from: 'return this.#count > MOST;', to: 'return false;' }],
  },
  {
    name: 'after a wrong block nobody else is asked',
    file: 'hostile',
    scenario: 'MAL-01: one wrong',
    edits: [
      {
        file: 'src/engine/fetcher.ts',
        from: `code = 'BLOCK_MISMATCH';`,
        to: `return 'BLOCK_MISMATCH';`,
      },
    ],
  },
  {
    name: 'folders are told to devices that do not share them',
    file: 'hostile',
    scenario: 'MAL-11: who speaks',
    edits: [
      {
        file: 'src/peer/connection-folders.ts',
        from: 'return settings().exchanges.filter((exchange) => exchange.isSharedWith(device));',
        to: 'return settings().exchanges;',
      },
      {
        file: 'src/peer/connection-folders.ts',
        from: 'const folders = shared.filter((exchange) => exchange.isSharedWith(this.#parts.device));',
        to: 'const folders = shared;',
      },
    ],
  },
  {
    name: 'what was asked for before is given after unsharing',
    file: 'hostile',
    scenario: 'MAL-11: what a device',
    edits: [
      {
        file: 'src/engine/folder.ts',
        from: 'if (!this.isSharedWith(device) || this.#life.isPaused)',
        to: 'if (false)',
      },
      {
        file: 'src/peer/served-requests.ts',
        from: 'data !== undefined && this.#serve(message) !== undefined;',
        to: 'data !== undefined;',
      },
    ],
  },
  {
    name: 'a time that is refused takes the content with it',
    file: 'times',
    scenario: 'CLK-04: a file system that refuses times',
    edits: [
      {
        file: 'src/engine/programs/stage.ts',
        from: 'yield* asFarAsTaken(setTime(file, finish.mtime));',
        to: 'yield* setTime(file, finish.mtime);',
      },
    ],
  },
  {
    name: 'what the disk answers for by an error counts as gone',
    file: 'deletes',
    scenario: 'DEL-10: what the disk answers for by an error .status a with',
    edits: [
      {
        file: 'src/engine/classify.ts',
        from: 'if (path !== undefined) met.add(path);',
        to: '',
      },
      {
        file: 'src/engine/programs/look.ts',
        from: `return { outcome: 'failed', code: known.code };`,
        to: `return { outcome: 'gone' };`,
      },
    ],
  },
  {
    name: 'lengths have no limit',
    file: 'hostile-wire',
    scenario: 'MAL-02',
    edits: [
      {
        file: 'src/bep/frame.ts',
        from: `if (bytes > limit) throw new KithError('WIRE_TOO_LARGE', { type, bytes, limit });`,
        to: '',
      },
    ],
  },
  {
    name: 'any number of bytes may be asked for',
    file: 'hostile-wire',
    scenario: 'MAL-02',
    edits: [
      {
        file: 'src/bep/messages/request.ts',
        from: 'size > MAX_REQUEST_BYTES',
        to: 'false',
      },
    ],
  },
  {
    name: 'less than nothing may be asked for',
    file: 'hostile-wire',
    scenario: 'MAL-03',
    edits: [
      {
        file: 'src/bep/messages/request.ts',
        from: 'if (size < 0 ||',
        to: 'if (',
      },
    ],
  },
  {
    name: 'negative lengths count as large ones',
    file: 'hostile-wire',
    scenario: 'MAL-03',
    edits: [
      {
        file: 'src/bep/frame.ts',
        from: `if (bytes >= NEGATIVE_32) throw negative('message');`,
        to: '',
      },
    ],
  },
];
