/** Random stories know how disks take names: people find their files under other letters, and only true twins are excused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excusesOf } from '../../lab/chaos/oracles/excuses.ts';
import { Performance } from '../../lab/chaos/performance.ts';
import type { Act, Script } from '../../lab/chaos/script.ts';
import { contentsOf } from '../../lab/chaos/spelling.ts';
import { FOLDER } from '../../lab/sim/kith-world.ts';
import type { ErrorCode } from '../../src/base/error.ts';
import type { FolderStatus } from '../../src/engine/folder-status.ts';

function scriptOf(acts: readonly Act[]): Script {
  return {
    format: 1,
    seed: 1,
    schedule: 'plain',
    cast: [{ name: 'a' }, { name: 'b', disk: { foldsCase: 'full', normalForm: 'NFD' } }],
    links: [['a', 'b']],
    decisions: acts.map((act, at) => ({ id: at + 1, when: { afterMs: 5000 }, act })),
  };
}

async function end(acts: readonly Act[]): Promise<readonly (readonly string[])[]> {
  const told = new Performance(scriptOf(acts));
  const { violations, applied } = await told.perform();
  assert.deepEqual(violations, []);
  assert.equal(applied.length, acts.length);
  return told.world
    .devices()
    .map((device) => [...contentsOf(device)].map(([path, text]) => `${path} ${text.slice(0, 8)}`));
}

test('whoever writes other letters on a disk that folds them writes over what stands there', async () => {
  const trees = await end([
    { do: 'write', on: 'a', path: 'd/\u00e9' },
    { do: 'write', on: 'b', path: 'D/\u00c9' },
    { do: 'append', on: 'b', path: 'd/\u00c9' },
  ]);
  assert.deepEqual(trees[0], ['d/\u00e9 v0000002', 'keep keep']);
  assert.deepEqual(trees[1]?.toSorted(), trees[0]);
});

test('whoever renames to other letters on a disk that folds them gets these', async () => {
  const trees = await end([
    { do: 'write', on: 'b', path: 'f' },
    { do: 'rename', on: 'b', path: 'f', to: 'F' },
  ]);
  assert.deepEqual(trees, [
    ['F v0000001', 'keep keep'],
    ['F v0000001', 'keep keep'],
  ]);
});

test('a twin that a disk cannot have beside the other is missing there, and nothing is violated', async () => {
  const trees = await end([
    { do: 'write', on: 'a', path: 'f' },
    { do: 'write', on: 'a', path: 'F' },
  ]);
  assert.deepEqual(trees, [
    ['F v0000002', 'f v0000001', 'keep keep'],
    ['f v0000001', 'keep keep'],
  ]);
});

for (const { standing, isExcused } of [
  { standing: 'f', isExcused: true },
  { standing: 'F', isExcused: false },
  { standing: 'g', isExcused: false },
]) {
  test(`where ${standing} stands it is ${isExcused ? 'an' : 'no'} excuse to say that F is another name's twin`, () => {
    const { world } = new Performance(scriptOf([]));
    const device = world.named('b');
    device.person.write(standing, 'content');
    const code: ErrorCode = 'NAME_FOLDED';
    const problem = { folder: FOLDER, path: 'F', code, text: 'a twin' };
    const status = { state: 'held', problems: [problem] } as unknown as FolderStatus;
    const excuses = excusesOf([{ device, status }], { mayBeDamaged: false });
    assert.equal(excuses.isExcused('F'), isExcused);
  });
}
