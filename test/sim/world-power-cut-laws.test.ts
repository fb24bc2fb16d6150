/** What every kind of power cut spares, whatever was under way, and that each kind can do its worst. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FileTree } from '../../lab/sim/file-tree.ts';
import { SimPerson } from '../../lab/sim/person.ts';
import type { PowerCut } from '../../lab/sim/power-cut.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import { placeOf, resolvePath } from '../../lab/sim/resolve-path.ts';
import { renameEntry } from '../../lab/sim/tree-rename.ts';
import { asKithError } from '../../src/base/error.ts';

type Model = PowerCut['model'];

const MODELS: readonly Model[] = ['nothing', 'ordered', 'rename-first', 'weak'];
const { KITH_RUNS = '150', KITH_SEED } = process.env;
const settings = {
  includeErrorInReport: true,
  numRuns: Number(KITH_RUNS),
  ...(KITH_SEED === undefined ? {} : { seed: Number(KITH_SEED) }),
};

/** What a person does; of the paths some stand and some do not. */
interface Act {
  readonly do: 'write' | 'save' | 'append' | 'delete' | 'rename' | 'swap' | 'mode' | 'sync';
  readonly path: string;
  readonly to: string;
}

const PATHS = ['a', 'b', 'd', 'd/a', 'd/b', 'd/e', 'd/e/a', 'e/a', 'e/b'];
const acts = fc.array(
  fc.record<Act>({
    do: fc.constantFrom('write', 'save', 'append', 'delete', 'rename', 'swap', 'mode', 'sync'),
    path: fc.constantFrom(...PATHS),
    to: fc.constantFrom(...PATHS),
  }),
  { maxLength: 30, size: 'max' },
);
const models = fc.constantFrom(...MODELS);

class Computer {
  readonly tree = new FileTree(() => 1_700_000_000_000);
  readonly person: SimPerson;
  #values = 0;

  constructor() {
    this.tree.make({ dir: this.tree.root, name: 'root' }, 'directory', { mode: 0o755 });
    this.person = new SimPerson(this.tree, '/root');
    this.person.sync();
  }

  /** Content that nobody wrote before, of several pages now and then. */
  value(): string {
    this.#values += 1;
    return `value ${this.#values} `.repeat(this.#values % 3 === 0 ? 1_200 : 1);
  }

  /** Paths that may have changed; none if the act cannot be done to the tree as it is. */
  act({ do: what, path, to }: Act): readonly string[] {
    try {
      if (what === 'write') this.person.write(path, this.value());
      else if (what === 'save') this.person.save(path, this.value());
      else if (what === 'append') this.#append(path);
      else if (what === 'delete') this.person.delete(path);
      else if (what === 'sync') this.#syncAbove(path);
      else if (what === 'mode') this.person.setMode(path, 0o600);
      else this.#rename(path, to, what);
    } catch (error) {
      if (asKithError(error) === undefined) throw error;
    }
    return what === 'rename' || what === 'swap' ? [path, to] : [path];
  }

  cut(model: Model, seed: number): void {
    this.tree.powerCut({ model, random: new SimRandom(seed) });
  }

  /** Of the directory that holds the path. */
  #syncAbove(path: string): void {
    const dir = resolvePath(this.tree, `/root/${path.split('/').slice(0, -1).join('/')}`);
    if (dir?.kind === 'directory') this.tree.journal.sync(dir);
  }

  contents(): readonly string[] {
    return [...this.person.contents().values()];
  }

  #append(path: string): void {
    const held = this.person.hold(path);
    held.append(this.value());
    held.close();
  }

  #rename(path: string, to: string, what: 'rename' | 'swap'): void {
    const [from, target] = [path, to].map((each) => placeOf(this.tree, `/root/${each}`));
    assert.ok(from !== undefined && target !== undefined);
    const style = what === 'swap' ? 'exchange' : 'keep';
    renameEntry(this.tree, { from, to: target, style });
  }
}

describe('every power cut', () => {
  it('leaves what was durable and nobody touched since as it was', () => {
    fc.assert(
      fc.property(acts, acts, models, fc.nat(), (before, after, model, seed) => {
        const computer = new Computer();
        for (const act of before) computer.act(act);
        computer.person.sync();
        const durable = computer.person.tree();
        const touched = new Set(after.flatMap((act) => computer.act(act)));
        computer.cut(model, seed);
        const left = computer.person.tree();
        for (const [path, standing] of durable) {
          if (isTouched(path, touched) || standing.kind === 'directory') continue;
          assert.deepEqual(left.get(path), standing, path);
        }
      }),
      settings,
    );
  });
  it('finds a durable file that was only moved exactly once, whichever directories were synced', () => {
    fc.assert(
      fc.property(acts, models, fc.nat(), (drawn, model, seed) => {
        const computer = new Computer();
        for (const path of ['a', 'd/a', 'd/e/a', 'e/a']) computer.person.write(path, `at ${path}`);
        computer.person.sync();
        const before = [...computer.contents()].sort();
        for (const act of drawn) {
          const isMove = act.do === 'swap' || act.do === 'sync';
          computer.act({ ...act, do: isMove ? act.do : 'rename' });
        }
        computer.cut(model, seed);
        assert.deepEqual([...computer.contents()].sort(), before);
      }),
      settings,
    );
  });
  it('leaves no name that never was, and under a name no more than was ever there', () => {
    fc.assert(
      fc.property(acts, models, fc.nat(), (drawn, model, seed) => {
        const computer = new Computer();
        const longest = new Map<string, number>();
        let most = 0;
        const note = (): void => {
          for (const [path, { content }] of computer.person.tree()) {
            most = Math.max(most, content.length);
            longest.set(path, Math.max(longest.get(path) ?? 0, content.length));
          }
        };
        for (const act of drawn) {
          computer.act(act);
          note();
        }
        computer.cut(model, seed);
        const beside = /(?:^|\/)\.[^/]*\.swp$/;
        for (const [path, { content }] of computer.person.tree()) {
          assert.ok(longest.has(path) || beside.test(path) || isMoved(path, drawn), path);
          assert.ok(content.length <= most, path);
        }
      }),
      settings,
    );
  });
});

/** A directory that was moved takes along what may never have been seen below its other name. */
function isMoved(path: string, drawn: readonly Act[]): boolean {
  const isMoving = ({ do: what }: Act) => what === 'rename' || what === 'swap';
  const ends = drawn.filter(isMoving).flatMap((act) => [act.path, act.to]);
  return ends.some((end) => path.startsWith(`${end}/`));
}

function isTouched(path: string, touched: ReadonlySet<string>): boolean {
  return [...touched].some((each) => each === path || path.startsWith(`${each}/`));
}

/** What stands at `file` after each of many cuts. */
function outcomes(model: Model, prepare: (computer: Computer) => void): readonly string[] {
  const found: string[] = [];
  for (let seed = 1; seed <= 300; seed++) {
    const computer = new Computer();
    prepare(computer);
    computer.cut(model, seed);
    const place = computer.person.tree().get('file');
    found.push(place === undefined ? 'absent' : place.content);
  }
  return found;
}

const OLD = 'o'.repeat(6_000);
const NEW = 'n'.repeat(20_000);

describe('the worst of a power cut', () => {
  it('that keeps renames first is an empty or a short file under a name that was good', () => {
    const seen = outcomes('rename-first', ({ person }) => {
      person.write('file', OLD);
      person.sync();
      person.save('file', NEW);
    });
    for (const content of seen) assert.match(content, /^(?:o{6000}|n*)$/);
    const count = (isSo: (content: string) => boolean) => seen.filter(isSo).length;
    assert.ok(count((content) => content === '') > 50);
    assert.ok(count((content) => content !== '' && content.length < 6_000) > 5);
    assert.ok(count((content) => content === OLD) > 5);
  });
  it('does not happen to a file that was synced before it was renamed', () => {
    for (const model of MODELS) {
      const seen = outcomes(model, ({ person, tree }) => {
        person.write('file', OLD);
        person.sync();
        person.write('new', NEW);
        const written = tree.at(placeOf(tree, '/root/new'));
        assert.ok(written !== undefined);
        tree.journal.sync(written);
        person.rename('new', 'file');
      });
      for (const content of seen) assert.ok(content === OLD || content === NEW, model);
    }
  });
  it('of weak order are bytes that nobody wrote, in new blocks alone', () => {
    const seen = outcomes('weak', ({ person }) => {
      person.write('file', 'o'.repeat(8_192));
      person.sync();
      const held = person.hold('file');
      held.append(NEW);
      held.close();
    });
    const isStale = (content: string) => /[^no\0]/.test(content);
    assert.ok(seen.filter(isStale).length > 20);
    assert.ok(seen.some((content) => content.includes('\0')));
    for (const content of seen) assert.equal(content.slice(0, 8_192), 'o'.repeat(8_192));
  });
  it('of weak order are pages torn between two sectors', () => {
    const seen = outcomes('weak', ({ person }) => {
      person.write('file', 'o'.repeat(16_384));
      person.sync();
      const held = person.hold('file');
      held.overwrite('n'.repeat(16_384), 0);
      held.close();
    });
    const borders = seen.flatMap((content) =>
      [...content.matchAll(/no|on/g)].map((match) => match.index + 1),
    );
    assert.ok(borders.some((at) => at % 4_096 !== 0));
    for (const at of borders) assert.equal(at % 512, 0);
  });
  it('where order is kept is an older moment, without holes', () => {
    const seen = outcomes('ordered', ({ person }) => {
      person.write('file', '');
      person.sync();
      const held = person.hold('file');
      for (const part of ['one ', 'two ', 'three']) held.append(part);
      held.close();
    });
    assert.deepEqual([...new Set(seen)].sort(), ['', 'one ', 'one two ', 'one two three']);
  });
});
