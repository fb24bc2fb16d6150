// The budgets hold for this house, and their measure sees what it should see.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measureFile } from '../../tools/house-figures.ts';
import { measureHouse } from '../../tools/measure-house.ts';
import { PlantedHouse, ROOT } from './planted-house.ts';

function breachesOf(files: Readonly<Record<string, string>>): readonly string[] {
  using house = new PlantedHouse();
  house.plant(files);
  return measureHouse(house.root).flatMap(({ breaches }) => breaches);
}

function ambientIn(text: string): readonly string[] {
  using house = new PlantedHouse();
  house.plant({ 'src/engine/a.ts': text });
  return measureFile(house.root, 'src/engine/a.ts').ambient.map(({ what }) => what);
}

describe('the budgets', () => {
  for (const { measure, breaches } of measureHouse(ROOT)) {
    test(`this house keeps its limit of ${measure}`, () => {
      assert.deepEqual(breaches, []);
    });
  }
});

describe('the measure of the house', () => {
  test('a file may have 300 lines and not 301', () => {
    assert.deepEqual(breachesOf({ 'src/host/a.ts': '//\n'.repeat(300) }), []);
    assert.match(breachesOf({ 'src/host/a.ts': '//\n'.repeat(301) }).join(), /a\.ts has 301 lines/);
  });

  test('a test may have 500 lines and not 501', () => {
    assert.deepEqual(breachesOf({ 'src/host/a.test.ts': '//\n'.repeat(500) }), []);
    assert.match(breachesOf({ 'test/sim/a.ts': '//\n'.repeat(501) }).join(), /a\.ts has 501 lines/);
  });

  test('a function may have 60 lines and not 61', () => {
    const f = (lines: number): string => `export const f = () => {\n${'f();\n'.repeat(lines)}};\n`;
    assert.deepEqual(breachesOf({ 'src/host/a.ts': f(60) }), []);
    assert.match(breachesOf({ 'src/host/a.ts': f(61) }).join(), /has 61 lines/);
  });

  test('a file may export 8 names and not 9, types counted', () => {
    const values = 'export const a = 1, b = 2, c = 3, d = 4;\nexport function e() {}\n';
    const types = 'export type F = 1;\nexport interface G {}\nconst h = 1;\nexport { h };\n';
    assert.deepEqual(breachesOf({ 'src/host/a.ts': values + types }), []);
    const nine = `${values}${types}export class I {}\n`;
    assert.match(breachesOf({ 'src/host/a.ts': nine }).join(), /exports 9 names/);
  });

  test('an ambient global below host is a breach, in host it is none', () => {
    const text = 'export const now = () => Date.now();\n';
    assert.deepEqual(breachesOf({ 'src/engine/a.ts': text }), ['src/engine/a.ts:1 Date']);
    assert.deepEqual(breachesOf({ 'src/host/a.ts': text, 'src/engine/a.test.ts': text }), []);
  });

  test('every way to the clock, to chance and to the process is seen', () => {
    assert.deepEqual(ambientIn('Math.random();'), ['Math.random']);
    assert.deepEqual(ambientIn('AbortSignal.timeout(1);'), ['AbortSignal.timeout']);
    assert.deepEqual(ambientIn('new Date();'), ['Date']);
    assert.deepEqual(ambientIn('const d: Date = it;'), ['Date']);
    assert.deepEqual(ambientIn('const { setTimeout: sleep } = globalThis;'), ['globalThis']);
    assert.deepEqual(ambientIn('f(setTimeout, performance.now(), process.env);'), [
      'setTimeout',
      'performance',
      'process',
    ]);
    assert.deepEqual(ambientIn('const x = { at: fetch, setInterval };'), ['fetch', 'setInterval']);
  });

  test('a member of that name is no global', () => {
    assert.deepEqual(ambientIn('ports.clock.performance; const x = { process: 1 };'), []);
    assert.deepEqual(ambientIn('type P = { readonly process: number; fetch(): void };'), []);
  });

  test('any is a breach wherever it stands, and so is a silenced compiler', () => {
    assert.match(breachesOf({ 'lab/a.ts': 'export let x: any;\n' }).join(), /lab\/a\.ts:1 any/);
    const silenced = ['ignore', 'nocheck', 'expect-error'].map((word) => `// @ts-${word}\n`);
    assert.equal(breachesOf({ 'test/a.ts': silenced.join('') }).length, 3);
    const reasoned = `// @ts-${'expect-error'} the type says never, the wire may say otherwise\n`;
    assert.deepEqual(breachesOf({ 'test/a.ts': reasoned }), []);
  });

  test('a runtime dependency without a place is a breach', () => {
    const manifest = JSON.stringify({ dependencies: { zod: '1.0.0', 'left-pad': '1.0.0' } });
    assert.deepEqual(breachesOf({ 'package.json': manifest }), [
      'left-pad has no place in tools/layers.ts',
    ]);
  });
});
