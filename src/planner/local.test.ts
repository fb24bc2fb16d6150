/** What a look at the disk makes of our row. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryEntry, fileEntry, tombstone } from '../../test/support/builders.ts';
import type { Entry } from '../model/entry.ts';
import { compareVersions, versionKey } from '../model/version.ts';
import { recordFound, recordGone, reviveEntry } from './local.ts';

function sides(ours: Entry | undefined, announced: readonly Entry[] = [], seconds = 0) {
  return {
    ours,
    announced,
    counter: 7n,
    counterUsed: 0n,
    shortId: 70n,
    now: { s: seconds, ns: 9 },
  };
}

function versionOf(entry: Entry | undefined): string {
  assert.ok(entry !== undefined);
  return versionKey(entry.version);
}

test('what stands as recorded is no news', () => {
  const ours = fileEntry('x');
  assert.equal(recordFound(ours, sides(ours)), undefined);
  assert.equal(recordGone(sides(undefined)), undefined);
  assert.equal(recordGone(sides(tombstone())), undefined);
  assert.equal(recordGone(sides(fileEntry('x', { invalid: true }))), undefined);
});

test('an edit raises our counter alone, to the seconds of the clock', () => {
  const ours = fileEntry('x', { version: { 1: 3 } });
  const made = recordFound(fileEntry('y'), sides(ours, [], 0x500));
  assert.equal(versionOf(made), '1:3,7:500');
  assert.equal(made?.modifiedBy, 70n);
});

test('what stands here as it was announced once is that version, though others announce a later one by now', () => {
  const ours = fileEntry('x', { version: { 1: 1 } });
  const superseded = [fileEntry('y', { version: { 1: 2 } }), fileEntry('w', { version: { 1: 3 } })];
  const later = { ...sides(ours, [fileEntry('z', { version: { 1: 4 } })]), superseded };
  assert.equal(versionOf(recordFound(fileEntry('y'), later)), '1:2');
  assert.equal(versionOf(recordFound(fileEntry('w'), later)), '1:3');
  assert.equal(versionOf(recordFound(fileEntry('z'), later)), '1:4');
  assert.equal(recordFound(fileEntry('v'), later)?.modifiedBy, 70n);
});

test('an edit says what it replaced, and nothing else does', () => {
  const ours = fileEntry('x', { previous: 'w' });
  const said = (found: Entry, row: Entry | undefined) =>
    recordFound(found, sides(row))?.previousHash;
  assert.deepEqual(said(fileEntry('y'), ours), ours.contentHash);
  const silent: readonly (readonly [Entry, Entry | undefined])[] = [
    [fileEntry('x', { mode: 0o755 }), ours],
    [fileEntry('y'), undefined],
    [fileEntry('y'), tombstone()],
    [fileEntry('y'), fileEntry('x', { invalid: true })],
    [fileEntry('y'), directoryEntry()],
    [directoryEntry(), ours],
  ];
  for (const [found, row] of silent) assert.equal(said(found, row)?.length, 0);
  assert.equal(recordGone(sides(ours))?.previousHash.length, 0);
});

test('our counter is above every value of it that was ever seen, whatever the clock says', () => {
  const ours = fileEntry('x', { version: { 7: 4 } });
  const seen = fileEntry('z', { version: { 2: 1, 7: 0x9000 } });
  assert.equal(versionOf(recordFound(fileEntry('y'), sides(ours, [seen], 3))), '7:9001');
  assert.equal(versionOf(recordFound(fileEntry('y'), sides(ours, [], -3))), '7:5');
});

test('our counter is above every value it ever had, though the row that had it was replaced', () => {
  const ours = fileEntry('x', { version: { 2: 1, 7: 4 } });
  const made = recordFound(fileEntry('y'), { ...sides(ours, [], 3), counterUsed: 5n });
  assert.equal(versionOf(made), '2:1,7:6');
});

test('an edit never knows a version that is not on this disk', () => {
  const ours = fileEntry('x', { version: { 1: 1 } });
  const newer = fileEntry('z', { version: { 1: 1, 2: 1 } });
  const made = recordFound(fileEntry('y'), sides(ours, [newer], 5));
  assert.equal(versionOf(made), '1:1,7:5');
});

test('with an empty base equal content takes the announced version', () => {
  const known = fileEntry('x', { version: { 1: 1, 2: 1 } });
  assert.equal(recordFound(fileEntry('x'), sides(undefined, [known])), known);
});

test('with an empty base other content is concurrent with everything', () => {
  const known = fileEntry('x', { version: { 1: 1, 2: 1 } });
  const made = recordFound(fileEntry('y'), sides(undefined, [known], 5));
  assert.ok(made !== undefined);
  assert.equal(compareVersions(made.version, known.version), 'concurrent');
});

test('an announced version that we put here before a crash is recognised', () => {
  const known = fileEntry('y', { version: { 1: 1, 2: 1 } });
  assert.equal(recordFound(fileEntry('y'), sides(fileEntry('x'), [known])), known);
});

test('an older content put back by a person is a new version', () => {
  const ours = fileEntry('y', { version: { 1: 1, 2: 1 } });
  const old = fileEntry('x', { version: { 1: 1 } });
  assert.equal(versionOf(recordFound(fileEntry('x'), sides(ours, [old], 5))), '1:1,2:1,7:5');
});

test('what is found at a path that was excluded knows nothing of the version noted there', () => {
  const noted = fileEntry('x', { version: { 2: 1 }, invalid: true });
  const theirs = fileEntry('x', { version: { 2: 1 } });
  const made = recordFound(fileEntry('y'), sides(noted, [theirs], 5));
  assert.equal(versionOf(made), '7:5');
  assert.equal(made?.invalid, false);
  assert.equal(recordFound(fileEntry('x'), sides(noted, [theirs], 5)), theirs);
});

test('a change of mode is a change, unless modes mean nothing here; the time of a directory never is', () => {
  const ours = fileEntry('x');
  const found = fileEntry('x', { mode: 0o755 });
  assert.equal(recordFound(found, sides(ours))?.mode, 0o755);
  assert.equal(recordFound({ ...found, noPermissions: true }, sides(ours)), undefined);
  assert.equal(recordFound(directoryEntry({ mtime: 9 }), sides(directoryEntry())), undefined);
});

test('what is gone leaves a tombstone without content that knows our row', () => {
  const made = recordGone(sides(fileEntry('x', { version: { 1: 3 } }), [], 5));
  assert.equal(versionOf(made), '1:3,7:5');
  assert.deepEqual([made?.deleted, made?.size, made?.blocks.length], [true, 0, 0]);
  assert.deepEqual([made?.contentHash.length, made?.mtime], [0, { s: 5, ns: 0 }]);
});

test('a directory that stays overrules the delete', () => {
  const gone = tombstone({ kind: 'directory', version: { 1: 1, 2: 1 } });
  const kept = directoryEntry({ version: { 1: 1, 2: 1 } });
  const made = reviveEntry(kept, sides(directoryEntry(), [gone], 5));
  assert.equal(compareVersions(made.version, gone.version), 'newer');
  assert.equal(made.deleted, false);
});
