/** The decision table of docs/planner.md, line by line. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  directoryEntry,
  fileEntry,
  linkEntry,
  tombstone,
  vector,
} from '../../test/support/builders.ts';
import type { Entry } from '../model/entry.ts';
import { parseRelPath } from '../model/path.ts';
import { decide } from './decide.ts';
import type { Rules } from './rules.ts';

const path = parseRelPath('a.txt');
const wanted: Rules = { kind: 'send-receive', isExcluded: () => false };
const OLD = { version: { 1: 1 } };
const NEW = { version: { 1: 1, 2: 1 } };
const AWAY = { version: { 2: 1 }, mtime: 2000 };

interface Given {
  readonly ours?: Entry;
  readonly theirs?: Entry;
  readonly holdsLive?: boolean;
  readonly excluded?: boolean;
}

function decided({ ours, theirs, holdsLive = false, excluded = false }: Given) {
  const announced = theirs === undefined ? [] : [theirs];
  const rules = excluded ? { ...wanted, isExcluded: () => true } : wanted;
  return decide({ path, ours, announced, holdsLive }, rules);
}

function inShort(given: Given): string {
  const decision = decided(given);
  if (decision.kind !== 'do') return decision.kind;
  const { kind, conflictCopy, reason } = decision.operation;
  return `${kind}${conflictCopy === undefined ? '' : ' and copy'}: ${reason}`;
}

const TABLE: readonly (readonly [name: string, given: Given, expected: string])[] = [
  ['nothing anywhere', {}, 'agreed'],
  ['ours alone', { ours: fileEntry('x', OLD) }, 'agreed'],
  ['the same version', { ours: fileEntry('x', OLD), theirs: fileEntry('x', OLD) }, 'agreed'],
  ['a new file', { theirs: fileEntry('x', OLD) }, 'fetch: new there'],
  ['a new directory', { theirs: directoryEntry(OLD) }, 'place: new there'],
  ['a new link', { theirs: linkEntry('x', OLD) }, 'place: new there'],
  ['an edit', { ours: fileEntry('x', OLD), theirs: fileEntry('y', NEW) }, 'fetch: newer there'],
  ['an older version', { ours: fileEntry('y', NEW), theirs: fileEntry('x', OLD) }, 'agreed'],
  ['a file again', { ours: tombstone(OLD), theirs: fileEntry('y', NEW) }, 'fetch: new there'],
  [
    'a change of time',
    { ours: fileEntry('x', OLD), theirs: fileEntry('x', { ...NEW, mtime: 5 }) },
    'adopt: same content',
  ],
  [
    'a newer vector alone',
    { ours: fileEntry('x', OLD), theirs: fileEntry('x', NEW) },
    'note: same content',
  ],
  [
    'one vector, a later time',
    { ours: fileEntry('x', OLD), theirs: fileEntry('x', { ...OLD, mtime: 2000 }) },
    'adopt: same content',
  ],
  [
    'one vector, an earlier time',
    { ours: fileEntry('x', OLD), theirs: fileEntry('x', { ...OLD, mtime: 5 }) },
    'agreed',
  ],
  [
    'a mode without meaning',
    { ours: fileEntry('x', OLD), theirs: fileEntry('x', { ...NEW, mode: 0, noPermissions: true }) },
    'note: same content',
  ],
  [
    'a conflict that ours loses',
    { ours: fileEntry('x', OLD), theirs: fileEntry('y', AWAY) },
    'fetch and copy: wins over ours',
  ],
  [
    'a conflict that ours wins',
    { ours: fileEntry('x', { ...OLD, mtime: 9000 }), theirs: fileEntry('y', AWAY) },
    'agreed',
  ],
  [
    'a directory against our file',
    { ours: fileEntry('x', OLD), theirs: directoryEntry(AWAY) },
    'place and copy: wins over ours',
  ],
  [
    'a link against our file',
    { ours: fileEntry('x', OLD), theirs: linkEntry('y', AWAY) },
    'place and copy: wins over ours',
  ],
  [
    'a later link against our link',
    { ours: linkEntry('x', OLD), theirs: linkEntry('y', AWAY) },
    'place: newer there',
  ],
  [
    'a file against our directory',
    { ours: directoryEntry(OLD), theirs: fileEntry('y', AWAY) },
    'agreed',
  ],
  [
    'a file in place of our directory',
    { ours: directoryEntry(OLD), theirs: fileEntry('y', NEW) },
    'fetch: kind changed there',
  ],
  [
    'a file in place of our full directory',
    { ours: directoryEntry(OLD), theirs: fileEntry('y', NEW), holdsLive: true },
    'revive: still holds files',
  ],
  ['a delete', { ours: fileEntry('x', OLD), theirs: tombstone(NEW) }, 'delete: deleted there'],
  ['a delete of what we lack', { theirs: tombstone(NEW) }, 'note: deleted there'],
  ['two deletes', { ours: tombstone(OLD), theirs: tombstone(AWAY) }, 'note: deleted there'],
  ['a delete against our edit', { ours: fileEntry('x', OLD), theirs: tombstone(AWAY) }, 'agreed'],
  [
    'an edit against our delete',
    { ours: tombstone(AWAY), theirs: fileEntry('x', OLD) },
    'fetch: new there',
  ],
  [
    'a delete of our directory',
    { ours: directoryEntry(OLD), theirs: tombstone(NEW) },
    'delete: deleted there',
  ],
  [
    'a delete of our full directory',
    { ours: directoryEntry(OLD), theirs: tombstone(NEW), holdsLive: true },
    'revive: still holds files',
  ],
  [
    'an invalid version',
    { ours: fileEntry('x', OLD), theirs: fileEntry('y', { ...NEW, invalid: true }) },
    'agreed',
  ],
  ['what is excluded', { theirs: fileEntry('x', OLD), excluded: true }, 'note: excluded here'],
  [
    'what is excluded and ours',
    { ours: fileEntry('x', OLD), excluded: true },
    'note: excluded here',
  ],
  [
    'what is excluded and noted',
    {
      ours: fileEntry('x', { ...OLD, invalid: true }),
      theirs: fileEntry('x', OLD),
      excluded: true,
    },
    'agreed',
  ],
  [
    'a delete of what is excluded',
    { ours: fileEntry('x', OLD), theirs: tombstone(NEW), excluded: true },
    'agreed',
  ],
  [
    'what is wanted again',
    { ours: fileEntry('x', { ...OLD, invalid: true }), theirs: fileEntry('x', OLD) },
    'fetch: new there',
  ],
];

for (const [name, given, expected] of TABLE) {
  test(`${name}: ${expected}`, () => assert.equal(inShort(given), expected));
}

test('a directory that stays against a delete knows the delete', () => {
  const given = { ours: directoryEntry(OLD), theirs: tombstone(NEW), holdsLive: true };
  const decision = decided(given);
  assert.ok(decision.kind === 'do');
  assert.deepEqual(decision.operation.target.version, vector(NEW.version));
});

test('a directory that stays against a file does not know the file, which else would be wiped out', () => {
  const ours = directoryEntry(OLD);
  const decision = decided({ ours, theirs: fileEntry('y', NEW), holdsLive: true });
  assert.ok(decision.kind === 'do');
  assert.deepEqual(decision.operation.target, ours);
});

test('the copy is named after the version that loses, not after the one that wins', () => {
  const ours = fileEntry('x', { ...OLD, modifiedBy: 0x0123456789abcdefn, mtime: 1700000000 });
  const decision = decided({
    ours,
    theirs: fileEntry('y', { version: { 2: 1 }, mtime: 1800000000 }),
  });
  assert.ok(decision.kind === 'do');
  const name = 'a.sync-conflict-20231114-221320-AERUKZ4.txt';
  assert.equal(decision.operation.conflictCopy, name);
});

test('what is noted as excluded keeps the global vector and is never a delete', () => {
  const theirs = fileEntry('x', NEW);
  const decision = decided({ ours: fileEntry('w', OLD), theirs, excluded: true });
  assert.ok(decision.kind === 'do');
  assert.deepEqual(decision.operation.target, { ...theirs, invalid: true });
});
