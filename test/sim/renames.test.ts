/** Moves, swaps and changes of kind, made while Kith was not looking. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTrees, bulk, bytesOf, calm, cast, line, told, treeOf } from './scene.ts';

test('REN-01: two files that were swapped are swapped everywhere, and no content travels', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (const name of ['a', 'b']) laptop.person.write(name, bulk(name, 300_000));
    world.upAll();
    await calm(world);
    await world.stop(laptop);
    laptop.person.rename('a', 'c');
    laptop.person.rename('b', 'a');
    laptop.person.rename('c', 'b');
    const bytes = bytesOf(world);
    world.up(laptop);
    await calm(world);
    assertTrees(
      [laptop, desk],
      [line('a', 'file', bulk('b', 300_000)), line('b', 'file', bulk('a', 300_000))],
    );
    assert.ok(bytesOf(world) - bytes < 20_000, `${bytesOf(world) - bytes} bytes travelled`);
  }));

test('REN-06: a folder that was renamed is renamed everywhere, and no content travels', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    for (let i = 0; i < 10; i++) laptop.person.write(`old/${i % 2}/${i}`, bulk(`${i}`, 100_000));
    laptop.person.write('keep', 'keep');
    world.upAll();
    await calm(world);
    const bytes = bytesOf(world);
    laptop.person.rename('old', 'new');
    const expected = treeOf(laptop);
    await calm(world);
    assertTrees([laptop, desk], expected);
    assert.ok(expected.includes(line('new/0/4', 'file', bulk('4', 100_000))));
    assert.ok(bytesOf(world) - bytes < 50_000, `${bytesOf(world) - bytes} bytes travelled`);
  }));

/** What can stand at a name, and how a person makes it. */
const KINDS = {
  file: (person, path) => person.write(path, `file at ${path}`),
  directory: (person, path) => person.write(`${path}/inside`, `below ${path}`),
  link: (person, path) => person.makeLink(path, 'keep'),
} satisfies Record<string, (person: Person, path: string) => void>;

type Person = Parameters<Parameters<typeof told>[1]>[1]['person'];
type Kind = keyof typeof KINDS;

test('REN-09: every change of kind that was made offline arrives', () =>
  told(cast('laptop', 'desk'), async (world, laptop, desk) => {
    const kinds = Object.keys(KINDS) as Kind[];
    const changes = kinds.flatMap((from) => kinds.map((to) => [from, to] as const));
    laptop.person.write('keep', 'keep');
    for (const [from, to] of changes) KINDS[from](laptop.person, `${from} to ${to}`);
    world.upAll();
    await calm(world);
    await world.stop(laptop);
    for (const [from, to] of changes) {
      if (from === to) continue;
      laptop.person.delete(`${from} to ${to}`);
      KINDS[to](laptop.person, `${from} to ${to}`);
    }
    const expected = treeOf(laptop);
    world.up(laptop);
    await calm(world);
    assertTrees([laptop, desk], expected);
    assert.equal(expected.length, 1 + 9 + 3);
  }));
