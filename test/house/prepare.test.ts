// What every npm script runs first: it builds when a source changed, and never leaves half a build.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Ended, PlantedHouse, ROOT } from './planted-house.ts';

/** A house with packages of its own: these tests must never touch those of the checkout. */
function makeHouse(): PlantedHouse {
  const house = new PlantedHouse();
  const at = (name: string): string => path.join(house.root, name);
  for (const name of ['tsconfig.build.json', 'tools/prepare.mjs']) {
    cpSync(path.join(ROOT, name), at(name));
  }
  rmSync(at('node_modules'));
  const lock = JSON.stringify({ packages: { '': {} } });
  house.plant({ 'package-lock.json': lock, 'node_modules/.package-lock.json': lock });
  for (const name of ['typescript', '@types', 'undici-types']) {
    symlinkSync(path.join(ROOT, 'node_modules', name), at(`node_modules/${name}`));
  }
  return house;
}

function prepare(house: PlantedHouse): Ended {
  return house.runNode('tools/prepare.mjs', []);
}

test('preparing builds what changed, drops what went and keeps the old build when the new one fails', () => {
  using house = makeHouse();
  const at = (name: string): string => path.join(house.root, name);
  const mutable = "import { one } from './one.ts';\n\nexport const two = one + 1;\n";
  house.plant({ 'src/base/one.ts': 'export const one = 1;\n', 'src/base/two.ts': mutable });
  house.plant({ 'src/base/one.test.ts': "throw new Error('never built');\n" });

  const first = prepare(house);
  assert.equal(first.status, 0, first.stdout + first.stderr);
  assert.match(first.stderr, /building/);
  assert.match(readFileSync(at('dist/base/two.js'), 'utf8'), /['"]\.\/one\.js['"]/);
  assert.ok(existsSync(at('dist/base/two.d.ts')));
  assert.ok(!existsSync(at('dist/base/one.test.js')));

  assert.deepEqual(prepare(house), { status: 0, stdout: '', stderr: '' });

  house.plant({ 'src/base/two.ts': 'export const two: number = "no";\n' });
  const failed = prepare(house);
  assert.notEqual(failed.status, 0);
  assert.match(failed.stdout, /two\.ts\(1,14\): error TS2322/);
  assert.match(readFileSync(at('dist/base/two.js'), 'utf8'), /one \+ 1/);

  rmSync(at('src/base/two.ts'));
  assert.equal(prepare(house).status, 0);
  assert.ok(existsSync(at('dist/base/one.js')));
  assert.ok(!existsSync(at('dist/base/two.js')));
  assert.deepEqual(
    readdirSync(house.root).filter((name) => name.startsWith('dist.')),
    [],
  );
});
