/** Two devices with one key, as a copied disk or a machine put back makes them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTrees, calm, cast, copiesOn, statusOf, told } from './scene.ts';

test('a device that was put back with its disk to an earlier day loses nothing of what was made since (IDN-01)', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const path of ['a', 'b', 'c']) laptop.person.write(path, `${path}: base`);
    world.upAll();
    await calm(world);
    await world.stop(laptop);
    const database = laptop.database();
    const marker = laptop.person.read('.kith/marker') ?? '';
    const times = ['a', 'c'].map((path) => laptop.person.tree().get(path)?.mtime);
    world.up(laptop);
    await calm(world);
    laptop.person.write('a', 'a: of the lost week');
    laptop.person.write('new', 'new: of the lost week');
    laptop.person.delete('c');
    await calm(world);
    await world.stop(laptop);
    // The disk of before, whole: content, marker and database are of one day.
    laptop.person.write('a', 'a: base');
    laptop.person.write('c', 'c: base');
    laptop.person.delete('new');
    for (const [at, path] of ['a', 'c'].entries()) {
      laptop.person.setTime(path, times[at] ?? { s: 0, ns: 0 });
    }
    laptop.person.write('.kith/marker', marker);
    laptop.replaceDatabase(database);
    laptop.person.write('b', 'b: after it was put back');
    world.up(laptop);
    await calm(world);
    assert.equal(statusOf(world, laptop).state, 'idle');
    const texts = new Set(desk.person.contents().values());
    for (const text of [
      'a: of the lost week',
      'new: of the lost week',
      'b: after it was put back',
    ]) {
      assert.ok(texts.has(text), `${text} is in none of ${[...texts].join(', ')}`);
    }
    assertTrees(
      [laptop],
      [...desk.person.contents()].map(([path, text]) => `${path} = ${text}`),
    );
    assert.ok(copiesOn(desk).length <= 2);
  }));
