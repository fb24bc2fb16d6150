/** What survives on a simulated disk when the program is killed or the power fails. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileFaults } from '../../lab/sim/file-faults.ts';
import { SimFileSystem } from '../../lab/sim/file-system.ts';
import { FileTree } from '../../lab/sim/file-tree.ts';
import { SimPerson } from '../../lab/sim/person.ts';
import type { CrashModel } from '../../lab/sim/power-cut.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import {
  close,
  openDir,
  openFile,
  openRoot,
  rename,
  runProgram,
  sync,
  syncFileSystem,
  write,
} from '../../src/engine/file-calls.ts';
import type { DirHandle, FileHandle, FileProgram } from '../../src/ports/file-system.ts';

const CUTS = ['nothing', 'ordered', 'rename-first', 'weak'] as const;
const SEEDS = 200;

class Computer {
  readonly faults = new FileFaults();
  readonly tree = new FileTree(() => 1_700_000_000_000);
  readonly person: SimPerson;
  files = new SimFileSystem(this.tree, this.faults);

  constructor() {
    this.tree.make({ dir: this.tree.root, name: 'root' }, 'directory', { mode: 0o755 });
    this.person = new SimPerson(this.tree, '/root');
    this.person.sync();
  }

  run<Result>(program: (root: DirHandle) => FileProgram<Result>): Result {
    return runProgram(this.files, inRoot(program));
  }

  cut(model: Exclude<CrashModel, 'kill'>, seed = 1): void {
    this.files.die();
    this.tree.powerCut({ model, random: new SimRandom(seed) });
    this.files = new SimFileSystem(this.tree, this.faults);
  }

  files_(): Record<string, string> {
    return Object.fromEntries(this.person.contents());
  }
}

function* inRoot<Result>(program: (root: DirHandle) => FileProgram<Result>): FileProgram<Result> {
  const root = yield* openRoot('/root');
  assert.ok(root !== undefined);
  const result = yield* program(root);
  yield* close(root);
  return result;
}

function* make(dir: DirHandle, name: string, content: string): FileProgram<FileHandle> {
  const file = yield* openFile({ dir, name }, 'create');
  assert.ok(file !== undefined);
  yield* write(file, new TextEncoder().encode(content), 0);
  return file;
}

function move(dir: DirHandle, from: string, to: string): FileProgram<undefined> {
  return rename({ from: { dir, name: from }, to: { dir, name: to }, how: 'keep' });
}

/** Every outcome over many seeds, each once. */
function outcomes(
  model: 'ordered' | 'rename-first' | 'weak',
  prepare: (computer: Computer) => void,
): string[] {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const computer = new Computer();
    prepare(computer);
    computer.cut(model, seed);
    seen.add(JSON.stringify(computer.files_()));
  }
  return [...seen].sort();
}

describe('power cuts', () => {
  it('take what was not synced, and nothing else', () => {
    const computer = new Computer();
    computer.run(function* (root) {
      const both = yield* make(root, 'both', 'content');
      yield* sync(both);
      yield* sync(root);
      yield* make(root, 'name', 'content is not synced');
      yield* sync(root);
      yield* sync(yield* make(root, 'content', 'name is not synced'));
      yield* make(root, 'neither', 'x');
    });
    computer.cut('nothing');
    assert.deepEqual(computer.files_(), { both: 'content', name: '' });
  });
  it('undo a rename whose directory was not synced', () => {
    const computer = new Computer();
    computer.run(function* (root) {
      yield* sync(yield* make(root, 'old', 'content'));
      yield* sync(root);
      yield* move(root, 'old', 'new');
    });
    computer.cut('nothing');
    assert.deepEqual(computer.files_(), { old: 'content' });
  });
  it('spare everything after a sync of the whole disk', () => {
    for (const model of CUTS) {
      const computer = new Computer();
      computer.person.write('a/b/c', 'deep');
      computer.person.makeLink('link', 'target');
      computer.person.setMode('a/b/c', 0o640);
      const before = computer.person.tree();
      computer.run((root) => syncFileSystem(root));
      computer.cut(model);
      assert.deepEqual(computer.person.tree(), before);
    }
  });
  it('take a directory that its parent does not know yet, with all in it', () => {
    const computer = new Computer();
    computer.person.makeDir('dir');
    computer.run(function* (root) {
      const dir = yield* openDir(root, 'dir');
      assert.ok(dir !== undefined);
      yield* sync(yield* make(dir, 'file', 'content'));
      yield* sync(dir);
    });
    computer.cut('nothing');
    assert.deepEqual(computer.person.tree(), new Map());
  });
  it('find a rename done or not done, never half', () => {
    for (const model of ['ordered', 'rename-first', 'weak'] as const) {
      const seen = outcomes(model, (computer) => {
        computer.person.write('dir/file', 'content');
        computer.person.write('other', 'x');
        computer.person.sync();
        computer.person.rename('dir/file', 'file');
        computer.person.rename('other', 'dir/other');
      });
      for (const text of seen) {
        const names = Object.keys(JSON.parse(text));
        assert.equal(names.filter((name) => name.endsWith('file')).length, 1, text);
        assert.equal(names.filter((name) => name.endsWith('other')).length, 1, text);
      }
      assert.ok(seen.length >= 3, 'both outcomes happen');
    }
  });
  it('find an exchange done or not done, never half', () => {
    for (const model of ['ordered', 'rename-first', 'weak'] as const) {
      const seen = outcomes(model, (computer) => {
        computer.person.write('a', 'one');
        computer.person.write('dir/b', 'two');
        computer.person.sync();
        computer.run(function* (root) {
          const dir = yield* openDir(root, 'dir');
          assert.ok(dir !== undefined);
          const from = { dir: root, name: 'a' };
          yield* rename({ from, to: { dir, name: 'b' }, how: 'exchange' });
        });
      });
      assert.deepEqual(seen, ['{"a":"one","dir/b":"two"}', '{"a":"two","dir/b":"one"}']);
    }
  });
  it('never lose a synced file that was moved out of a directory that went', () => {
    for (const model of ['ordered', 'rename-first', 'weak'] as const) {
      const seen = outcomes(model, (computer) => {
        computer.person.write('dir/file', 'content');
        computer.person.makeDir('safe');
        computer.person.sync();
        computer.person.rename('dir/file', 'safe/file');
        computer.person.delete('dir');
      });
      for (const text of seen) assert.deepEqual(Object.values(JSON.parse(text)), ['content']);
    }
  });
  it('can leave an empty file where one was renamed without a sync', () => {
    for (const model of ['ordered', 'rename-first', 'weak'] as const) {
      const seen = outcomes(model, (computer) => {
        computer.person.write('file', 'old content');
        computer.person.sync();
        computer.person.save('file', 'new content');
      });
      assert.ok(seen.includes('{"file":""}'), `${model}: ${seen}`);
      assert.ok(seen.includes('{"file":"old content"}'));
      assert.ok(seen.includes('{"file":"new content"}'));
    }
  });
  it('can leave zeros where bytes should be, if the order is weak', () => {
    const prepare = (computer: Computer): void => {
      computer.person.write('file', '');
      computer.person.sync();
      const held = computer.person.hold('file');
      held.append('abc');
      held.append('def');
      held.close();
    };
    const prefixes = ['{"file":""}', '{"file":"abc"}', '{"file":"abcdef"}'];
    assert.deepEqual(outcomes('ordered', prepare), prefixes);
    const weak = outcomes('weak', prepare).map((text) => JSON.parse(text).file);
    assert.ok(weak.includes('\0\0\0\0\0\0'), `${weak}`);
    assert.ok(weak.includes('\0\0\0def'), `${weak}`);
  });
  it('can tear what was written over synced bytes, page by page', () => {
    const old = 'o'.repeat(10_000);
    const seen = outcomes('weak', (computer) => {
      computer.person.write('file', old);
      computer.person.sync();
      const held = computer.person.hold('file');
      held.overwrite('n'.repeat(10_000), 0);
      held.close();
    });
    const mixed = seen.map((text) => JSON.parse(text).file as string);
    for (const content of mixed) assert.match(content, /^[on]{10000}$/);
    assert.ok(mixed.some((content) => content.startsWith('o') && content.includes('n')));
    assert.ok(mixed.includes(old) && mixed.includes('n'.repeat(10_000)));
  });
  it('keep what was synced whatever else was under way', () => {
    for (const model of CUTS) {
      for (let seed = 1; seed <= 50; seed++) {
        const computer = new Computer();
        const random = new SimRandom(seed);
        for (let i = 0; i < 10; i++) computer.person.write(`noise-${random.below(4)}`, `n${i}`);
        computer.run(function* (root) {
          const file = yield* make(root, 'stage', 'precious');
          yield* sync(file);
          yield* move(root, 'stage', 'published');
          yield* sync(root);
        });
        for (let i = 0; i < 10; i++) computer.person.write(`noise-${random.below(4)}`, `m${i}`);
        computer.cut(model, seed);
        assert.equal(computer.person.read('published'), 'precious', `${model} ${seed}`);
      }
    }
  });
  it('take bytes whose sync failed, although the next sync succeeds', () => {
    const computer = new Computer();
    computer.faults.fail({ call: 'sync', code: 'FILE_FAILED' });
    computer.run(function* (root) {
      const file = yield* make(root, 'file', 'content');
      let failed = false;
      try {
        yield* sync(file);
      } catch {
        failed = true;
      }
      assert.ok(failed);
      yield* sync(file);
      yield* sync(root);
    });
    assert.equal(computer.person.read('file'), 'content');
    computer.cut('nothing');
    assert.equal(computer.person.read('file'), '\0'.repeat(7));
  });
  it('make handles useless, and leave no two things with one inode number', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const computer = new Computer();
      const { person } = computer;
      for (const name of ['a', 'b', 'c']) person.write(name, name);
      person.sync();
      person.delete('a');
      person.write('d', 'd');
      person.delete('b');
      person.write('e', 'e');
      const held = person.hold('c');
      computer.cut('weak', seed);
      assert.throws(() => held.append('x'));
      const inodes = computer.run(function* (root) {
        const found: bigint[] = [];
        for (const name of person.tree().keys()) {
          const stat = yield { call: 'status', dir: root, name };
          found.push((stat as { inode: bigint }).inode);
        }
        return found;
      });
      assert.equal(new Set(inodes).size, inodes.length);
    }
  });
});

describe('a disk without accidents', () => {
  it('is the same after everything was synced, whatever was done to it', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const computer = new Computer();
      disturb(computer.person, new SimRandom(seed));
      const before = computer.person.tree();
      computer.person.sync();
      computer.cut('nothing');
      assert.deepEqual(computer.person.tree(), before, `seed ${seed}`);
    }
  });
  it('gives a freed inode number to the next that comes', () => {
    const { person, tree } = new Computer();
    person.write('a', 'x');
    const freed = tree.root.entries.get('root')?.inode.entries.get('a')?.inode.ino;
    person.delete('a');
    person.write('b', 'y');
    assert.equal(tree.root.entries.get('root')?.inode.entries.get('b')?.inode.ino, freed);
  });
});

function disturb(person: SimPerson, random: SimRandom): void {
  const names = ['a', 'b', 'd/a', 'd/b', 'd/e/a'];
  const acts = [
    (path: string) => person.write(path, `w${random.u32()}`),
    (path: string) => person.save(path, `s${random.u32()}`),
    (path: string) => person.rename(path, random.pick(names)),
    (path: string) => person.delete(path),
    (path: string) => person.setMode(path, 0o600 + random.below(64)),
    (path: string) => person.hold(path).append('more'),
  ];
  for (let i = 0; i < 40; i++) {
    try {
      random.pick(acts)(random.pick(names));
    } catch (error) {
      // What cannot be done to a tree like this is part of the disturbance.
      assert.equal((error as Error).name, 'KithError');
    }
  }
}
