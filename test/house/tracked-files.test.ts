// What stands in the repository: nothing that ties it to one machine or one package source, exact
// pins only, and a manifest and lock file that agree.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ROOT, run } from './planted-house.ts';

const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'coverage']);

/** What git tracks or would track; without git, what lies here and is not installed or built. */
function trackedFiles(): readonly string[] {
  if (!existsSync(path.join(ROOT, '.git'))) return listed();
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { status, stdout, stderr } = run({ command: 'git', args, cwd: ROOT });
  assert.equal(status, 0, stderr);
  return stdout.split('\0').filter((name) => name !== '' && existsSync(path.join(ROOT, name)));
}

function listed(): readonly string[] {
  const tops = readdirSync(ROOT, { withFileTypes: true }).filter(({ name }) => !NOT_OURS.has(name));
  return tops.flatMap((top) => {
    if (!top.isDirectory()) return [top.name];
    const inside = readdirSync(path.join(ROOT, top.name), { recursive: true, withFileTypes: true });
    return inside
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
  });
}

/** Files that hold one of the patterns, as `name: what was found`. */
function holders(pattern: RegExp): readonly string[] {
  return trackedFiles().flatMap((name) => {
    const found = pattern.exec(readFileSync(path.join(ROOT, name), 'latin1'));
    return found === null ? [] : [`${name}: ${found[0]}`];
  });
}

function manifest(name: string): Record<string, Record<string, unknown>> {
  return JSON.parse(readFileSync(path.join(ROOT, name), 'utf8'));
}

describe('the tracked files', () => {
  test('there are some, this one among them', () => {
    assert.ok(trackedFiles().includes('test/house/tracked-files.test.ts'));
  });

  test('none names the place of this checkout', () => {
    const place = ROOT.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    assert.deepEqual(holders(new RegExp(`(?<![\\w.-])${place}(?![\\w-])`)), []);
  });

  test('none holds the address of a package registry', () => {
    assert.deepEqual(
      holders(/registry\.[a-z]+\.(?:org|com)|npm\.pkg\.[a-z]+|"resolved":\s*"http/),
      [],
    );
  });

  test('none holds a private key', () => {
    assert.deepEqual(holders(/-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}/), []);
  });

  test('none that is built or installed is tracked', () => {
    const built = /^(?:node_modules|dist)(?:\.|\/)|\.tgz$/;
    assert.deepEqual(
      trackedFiles().filter((name) => built.test(name)),
      [],
    );
  });
});

describe('the manifest', () => {
  const { dependencies, optionalDependencies, devDependencies } = manifest('package.json');
  const all = { ...dependencies, ...optionalDependencies, ...devDependencies };

  test('every dependency is pinned to one version', () => {
    const loose = Object.entries(all).filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(String(range)));
    assert.deepEqual(loose, []);
  });

  test('the lock file holds what the manifest pins', () => {
    const packages = manifest('package-lock.json')['packages'] as Record<
      string,
      { version: string }
    >;
    for (const [name, version] of Object.entries(all)) {
      assert.equal(packages[`node_modules/${name}`]?.version, version, name);
    }
  });
});
