import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileAt, oursAt } from '../../test/contract/folder-store-rows.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { RelPath } from '../model/path.ts';
import { defaultRules } from '../planner/rules.ts';
import type { FolderStore, OurEntry } from '../ports/folder-store.ts';
import { Doubt } from './doubt.ts';

const row = (sequence: number, fields: Partial<OurEntry> = {}): OurEntry =>
  oursAt(sequence, fileAt(`f${sequence}`, 'text'), fields);

/** Rows 1 to 5; what came after 2 was not durable, and 5 is of later. */
function doubted(more: readonly OurEntry[] = []): { doubt: Doubt; rows: Map<RelPath, OurEntry> } {
  const all = [...[1, 2, 3, 4, 5].map((sequence) => row(sequence)), ...more];
  const rows = new Map(all.map((each) => [each.path, each]));
  const reads: Partial<FolderStore> = {
    ours: (path) => rows.get(path),
    oursAfter: (after, limit) =>
      [...rows.values()]
        .sort((a, b) => a.sequence - b.sequence)
        .filter(({ sequence }) => sequence > after)
        .slice(0, limit),
  };
  const parts = { store: reads as FolderStore, rules: defaultRules };
  return { doubt: new Doubt(parts, { after: 2, upTo: 4 }), rows };
}

const { signal } = new AbortController();

describe('doubt after a power cut', () => {
  test('is about live rows of the range alone', () => {
    const { doubt } = doubted();
    const inDoubt = [1, 2, 3, 4, 5].filter((sequence) => doubt.has(row(sequence)));
    assert.deepEqual(inDoubt, [3, 4]);
    assert.equal(doubt.has(row(3, { deleted: true })), false);
    assert.equal(doubt.has(row(3, { invalid: true })), false);
  });

  test('ends with the first look if nothing was left out', async () => {
    const { doubt } = doubted();
    for (const sequence of [3, 4]) doubt.prove(row(sequence));
    assert.notEqual(doubt.range, undefined);
    await doubt.endFirstLook(new ManualClock(), signal);
    assert.equal(doubt.range, undefined);
    assert.equal(doubt.dueMs, undefined);
  });

  test('stays with what was left out, whatever writes its row anew, until that is looked at', async () => {
    const { doubt } = doubted();
    doubt.prove(row(3));
    await doubt.endFirstLook(new ManualClock(), signal);
    assert.equal(doubt.has(row(3)), false);
    assert.equal(doubt.has({ ...row(4), sequence: 9 }), true);
    doubt.prove({ ...row(4), sequence: 9 });
    assert.equal(doubt.has(row(4)), false);
    assert.equal(doubt.range, undefined);
  });

  test('asks for what is left from time to time, and not for what is gone by then', async () => {
    const { doubt, rows } = doubted();
    const clock = new ManualClock();
    await doubt.endFirstLook(clock, signal);
    assert.deepEqual(doubt.takeDue(29_999), []);
    assert.deepEqual(doubt.takeDue(30_000), ['f3', 'f4']);
    assert.deepEqual(doubt.takeDue(30_001), []);
    rows.set(row(3).path, row(3, { deleted: true }));
    assert.deepEqual(doubt.takeDue(60_000), ['f4']);
  });

  test('is not about what nobody looks at', async () => {
    const { doubt, rows } = doubted();
    for (const sequence of [3, 4]) rows.delete(row(sequence).path);
    const kept = oursAt(3, fileAt('.x.swp', 'text'));
    rows.set(kept.path, kept);
    await doubt.endFirstLook(new ManualClock(), signal);
    assert.equal(doubt.range, undefined);
  });
});
