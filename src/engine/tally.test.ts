import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceId } from '../model/device-id.ts';
import type { RelPath } from '../model/path.ts';
import { Tally } from './tally.ts';

const NAS = 'NAS' as DeviceId;
const at = (name: string): RelPath => name as RelPath;

test('a scan is told while it lasts, with what there was before if there was anything', () => {
  const tally = new Tally();
  assert.equal(tally.progress().scan, undefined);
  tally.beginScan(0);
  tally.looked(3);
  assert.deepEqual(tally.progress().scan, {
    entries: 3,
    ofEntries: undefined,
    bytes: 0,
    ofBytes: 0,
  });
  tally.beginScan(500);
  assert.equal(tally.progress().scan?.ofEntries, 500);
  tally.endScan();
  tally.looked(1);
  assert.equal(tally.progress().scan, undefined);
});

test('what is read outside of a scan is told until it is read', () => {
  const tally = new Tally();
  tally.toRead(100);
  const tell = tally.reading();
  tell(30);
  tell(60);
  assert.deepEqual(tally.progress().scan, {
    entries: 0,
    ofEntries: undefined,
    bytes: 60,
    ofBytes: 100,
  });
  tell(100);
  assert.equal(tally.progress().scan, undefined);
  tally.rest();
  tally.toRead(10);
  assert.equal(tally.progress().scan?.ofBytes, 10);
});

test('what a device was given counts until it says what it has there, or leaves', () => {
  const tally = new Tally();
  tally.gave(NAS, { path: at('a'), bytes: 5 });
  tally.gave(NAS, { path: at('a'), bytes: 5 });
  tally.gave(NAS, { path: at('b'), bytes: 1 });
  assert.equal(tally.givenTo(NAS), 11);
  tally.heard(NAS, [at('a'), at('c')]);
  assert.equal(tally.givenTo(NAS), 1);
  tally.left(NAS);
  assert.equal(tally.givenTo(NAS), 0);
});

test('of a device that asks for ever more and never says what it has, no more than 4096 files are kept', () => {
  const tally = new Tally();
  for (let file = 0; file < 5000; file++) tally.gave(NAS, { path: at(`${file}`), bytes: 1 });
  assert.equal(tally.givenTo(NAS), 4096);
});
