/** Damaged planners: small changes to the text of src/planner, each of which some law of the planner must catch. */

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { damaged, type Edit } from '../../lab/planted/edit.ts';
import type { Planner } from '../support/plan-world.ts';

/** Its file is one of src/planner. */
export interface Mutant extends Edit {
  /** What is wrong with it. */
  readonly name: string;
  /** The law that must notice it, where trying all of them takes long. */
  readonly law?: string;
}

const GLOBAL = 'global.ts';
const DECIDE = 'decide.ts';
const KEPT = 'kept.ts';
const LOCAL = 'local.ts';

const CHOICE = 'the choice has replaced what each version did that it is the merge of';
const COPIES = 'of all concurrent versions each agrees, or loses the name, or makes no copy';
const NEED = 'there is nothing to do exactly if ours is the choice';
const OWN_COUNTER = 'nothing that a device which only receives announces has a counter of its own';
const RECEIVED = 'what a person wrote where is only received is still there';
const SENT = 'a plan of a device that only sends holds no operation that changes the disk';
const RECORDED =
  'what is recorded knows our row, and of the rest only what it is or what our row knew';

export const mutants: readonly Mutant[] = [
  {
    name: 'dominated versions are not dropped',
    file: GLOBAL,
    from: 'versions.filter((each) => !isKnown(each, versions))',
    to: '[...versions]',
  },
  {
    name: 'versions that merely differ are dropped',
    file: GLOBAL,
    from: `compareVersions(other.version, each.version) === 'newer'`,
    to: `compareVersions(other.version, each.version) !== 'equal' && order(other, each) > 0`,
  },
  {
    name: 'the last of equals wins, not the greatest',
    file: GLOBAL,
    from: 'tops.sort(order).reverse()',
    to: 'tops.sort(order)',
  },
  {
    name: 'invalid versions count',
    file: GLOBAL,
    from: '!v.invalid && v.version',
    to: 'v.version',
  },
  {
    name: 'what has no vector counts',
    file: GLOBAL,
    from: ' && v.version.length > 0',
    to: '',
  },
  {
    name: 'nothing is merged',
    file: GLOBAL,
    from: 'mergeVersions(sum, each.version)',
    to: '(each === winner ? each.version : sum)',
  },
  {
    name: 'losers are merged into the winner',
    file: GLOBAL,
    from: 'merged(winner, agreeing)',
    to: 'merged(winner, heads)',
  },
  {
    name: 'a delete that loses is taken for a file that loses',
    file: GLOBAL,
    from: ' && !head.deleted &&',
    to: ' &&',
  },
  {
    name: 'a delete wins over what lives',
    file: GLOBAL,
    from: 'Number(b.deleted) - Number(a.deleted)',
    to: 'Number(a.deleted) - Number(b.deleted)',
  },
  {
    name: 'a file keeps the name against a directory',
    file: GLOBAL,
    from: 'RANK[a.kind] - RANK[b.kind]',
    to: 'RANK[b.kind] - RANK[a.kind]',
  },
  {
    name: 'the mode counts for equal content alone, which makes circles',
    file: GLOBAL,
    from: 'a.mode - b.mode ||',
    to: '(hasEqualContent(a, b) ? a.mode - b.mode : 0) ||',
  },
  {
    name: 'what the winner replaced is copied all the same',
    file: GLOBAL,
    from: 'others.filter((head) => !hasReplaced(entry, head))',
    to: 'others',
  },
  {
    name: 'nothing is copied if the winner replaced any of it',
    law: COPIES,
    file: GLOBAL,
    from: 'others.filter((head) => !hasReplaced(entry, head))',
    to: 'others.filter(() => !others.some((head) => hasReplaced(entry, head)))',
  },
  {
    name: 'what one of several that agree replaced is said of their merge',
    file: GLOBAL,
    from: 'others.every((each) => equalBytes(each, first))',
    to: 'true',
  },
  {
    name: 'a merge does not say what all of it replaced',
    law: CHOICE,
    file: GLOBAL,
    from: 'isShared ? first : NOTHING',
    to: 'NOTHING',
  },
  {
    name: 'whoever passes a version on without what it replaced may be believed',
    file: GLOBAL,
    from: ' ||\n    orderBytes(a.previousHash, b.previousHash)',
    to: '',
  },
  {
    name: 'losers are forgotten',
    file: GLOBAL,
    from: 'losers: [...losers].sort(byKey)',
    to: 'losers: []',
  },
  {
    name: 'losers stand in the order of arrival',
    file: GLOBAL,
    from: '[...losers].sort(byKey)',
    to: '[...losers].sort((a, b) => versions.indexOf(a) - versions.indexOf(b))',
  },
  {
    name: 'directories and links make copies',
    file: GLOBAL,
    from: ` && head.kind === 'file'`,
    to: '',
  },
  {
    name: 'what loses is replaced without a copy',
    file: DECIDE,
    from: 'if (!lost)',
    to: 'if (lost || !lost)',
  },
  {
    name: 'what is merely old is copied',
    file: DECIDE,
    from: 'if (!lost)',
    to: 'if (!lost && ours.kind !== target.kind)',
  },
  {
    name: 'the copy has the name of the winner',
    file: DECIDE,
    from: 'conflictPath(ours)',
    to: 'conflictPath(target)',
  },
  {
    name: 'ours does not take part in the choice',
    file: KEPT,
    from: 'counts ? [ours, ...announced] : announced',
    to: 'announced',
  },
  {
    name: 'equal vectors are enough, though the metadata differ',
    file: DECIDE,
    from: ' && (ours.deleted || !needsTouch(ours, target))',
    to: '',
  },
  {
    name: 'metadata are not taken over',
    file: DECIDE,
    from: `needsTouch(ours, target) ? 'adopt' : 'note'`,
    to: `'note'`,
  },
  {
    name: 'equal content is not recognised',
    file: DECIDE,
    from: 'if (ours.kind === target.kind && hasEqualContent(ours, target)) {',
    to: 'if (ours.deleted) {',
  },
  {
    name: 'a delete is only noted',
    file: DECIDE,
    from: `return act('delete', target`,
    to: `return act('note', target`,
  },
  {
    name: 'deletes are not heard',
    file: DECIDE,
    from: 'if (target.deleted) return decideDelete(sides, target);',
    to: `if (target.deleted) return { kind: 'agreed' };`,
  },
  {
    name: 'a directory that holds files does not stay against a delete',
    file: DECIDE,
    from: 'if (sides.holdsLive) {',
    to: 'if (sides.holdsLive && ours.deleted) {',
  },
  {
    name: 'a directory that holds files gives way to a file',
    file: DECIDE,
    from: ` && target.kind !== 'directory' && sides.holdsLive) {`,
    to: ` && target.kind !== 'directory' && sides.holdsLive && ours.deleted) {`,
  },
  {
    name: 'a directory that holds files wipes out the file in its place',
    file: DECIDE,
    from: `act('revive', ours, `,
    to: `act('revive', { ...ours, version: target.version }, `,
  },
  {
    name: 'what is excluded is announced as valid',
    file: DECIDE,
    from: '{ ...target, invalid: true }',
    to: 'target',
  },
  {
    name: 'what is excluded is fetched all the same',
    file: DECIDE,
    from: 'if (rules.isExcluded(sides.path, target.kind))',
    to: 'if (rules.isExcluded(sides.path, target.kind) && target.deleted)',
  },
  {
    name: 'what was excluded is never fetched again',
    law: NEED,
    file: DECIDE,
    from: 'ours !== undefined && !ours.invalid && isAgreed',
    to: 'ours !== undefined && isAgreed',
  },
  {
    name: 'what is kept is told',
    law: OWN_COUNTER,
    file: KEPT,
    from: 'if (!isKept(row) && row.version.length > 0) return row;',
    to: 'if (row.version.length > 0) return row;',
  },
  {
    name: 'a device that only receives counts with its own counter',
    law: OWN_COUNTER,
    file: KEPT,
    from: `kind === 'receive-only' ? KEPT_COUNTER : own`,
    to: 'own',
  },
  {
    name: 'a device that only sends takes what others have',
    law: SENT,
    file: DECIDE,
    from: `rules.kind === 'send-only' && isDisk`,
    to: `rules.kind === 'send-only' && isDisk && decision.operation.kind !== 'delete'`,
  },
  {
    name: 'what is kept makes room without a copy',
    law: RECEIVED,
    file: DECIDE,
    from: `const copies = ours.kind === 'file' && !isReplaced;`,
    to: 'const copies = false;',
  },
  {
    name: 'what is kept is taken by a delete',
    law: RECEIVED,
    file: DECIDE,
    from: 'if (target.deleted || (isBuiltUpon',
    to: `if (target.deleted && !isBuiltUpon) return act('delete', target, 'deleted there');
  if (target.deleted || (isBuiltUpon`,
  },
  {
    name: 'an edit knows versions that are not on this disk',
    file: LOCAL,
    from: 'return raise(tellingRow(sides.ours)?.version ?? [], sides);',
    to: `const known = chooseGlobal(sides.announced)?.entry.version ?? [];
      const base = sides.ours?.version ?? [];
      return raise(compareVersions(known, base) === 'newer' ? known : base, sides);`,
  },
  {
    name: 'an edit at an excluded path knows the version that was never fetched',
    law: RECORDED,
    file: LOCAL,
    from: 'ours?.invalid ? undefined : ours',
    to: 'ours',
  },
  {
    name: 'an edit does not raise our counter',
    file: LOCAL,
    from: 'return raiseCounter(base, sides.counter, value);',
    to: 'return base.length > 0 ? base : raiseCounter(base, sides.counter, value);',
  },
  {
    name: 'an edit forgets what our row knew',
    file: LOCAL,
    from: 'raise(tellingRow(sides.ours)?.version ?? [], sides)',
    to: 'raise([], sides)',
  },
  {
    name: 'edits are not noticed if the size is the same',
    file: LOCAL,
    from: 'if (!hasEqualContent(a as Entry, b)) return false;',
    to: 'if (a.kind !== b.kind || a.size !== b.size) return false;',
  },
  {
    name: 'a change of mode is not noticed on a file of the same time',
    file: LOCAL,
    from: '|| a.mode === b.mode',
    to: '|| a.size === b.size',
  },
  {
    name: 'an edit does not say what it replaced',
    file: LOCAL,
    from: 'return ours.contentHash;',
    to: 'return NOTHING;',
  },
  {
    name: 'a touch goes on saying what the edit before it replaced',
    file: LOCAL,
    from: 'hasEqualContent(found as Entry, ours)) return NOTHING;',
    to: 'hasEqualContent(found as Entry, ours)) return ours.previousHash;',
  },
  {
    name: 'what is gone is not noticed',
    file: LOCAL,
    from: 'if (ours === undefined || ours.deleted || ours.invalid) return undefined;',
    to: 'if (ours === undefined || ours.size > 0 || ours.invalid) return undefined;',
  },
  {
    name: 'a tombstone does not say so',
    file: LOCAL,
    from: 'deleted: true',
    to: 'deleted: false',
  },
  {
    name: 'a directory that stays does not overrule the delete',
    file: LOCAL,
    from: 'const version = raise(kept.version, sides);',
    to: 'const version = raise([], sides);',
  },
  {
    name: 'a version that stands here already is taken, whatever our row says',
    law: RECORDED,
    file: LOCAL,
    from: ' && isNews(each, ours)',
    to: '',
  },
];

const FOLDER = new URL('../../src/planner/', import.meta.url);
const chosen = new Map<string, Mutant>();

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const mark = new URL(context.parentURL ?? pathToFileURL('/').href).searchParams.get('mutant');
    if (mark === null || !resolved.url.startsWith(FOLDER.href)) return resolved;
    return { ...resolved, url: `${resolved.url.split('?')[0]}?mutant=${mark}` };
  },
  load(url, context, next) {
    const loaded = next(url, context);
    const mutant = chosen.get(new URL(url).searchParams.get('mutant') ?? '');
    if (mutant === undefined || !url.startsWith(new URL(mutant.file, FOLDER).href)) return loaded;
    const source = readFileSync(fileURLToPath(new URL(mutant.file, FOLDER)), 'utf8');
    return { ...loaded, source: damaged(source, mutant) };
  },
});

/** The planner with one change, or with none. */
export async function loadPlanner(mutant?: Mutant): Promise<Planner> {
  const mark = String(mutant === undefined ? 'none' : mutants.indexOf(mutant));
  if (mutant !== undefined) chosen.set(mark, mutant);
  const load = (file: string) => import(`${new URL(file, FOLDER).href}?mutant=${mark}`);
  const names = ['conflict.ts', DECIDE, GLOBAL, KEPT, LOCAL];
  const modules = await Promise.all(names.map(load));
  return Object.assign({}, ...modules) as Planner;
}
