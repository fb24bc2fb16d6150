/** A simulated and a real file system side by side: each step is taken on both, and must be answered alike. */

import assert from 'node:assert/strict';
import { asKithError } from '../../../src/base/error.ts';
import { runProgram } from '../../../src/engine/file-calls.ts';
import type { DirHandle, FileCall, FileHandle } from '../../../src/ports/file-system.ts';
import { Comparer, type Likeness, withoutChoice } from './compare.ts';
import { lookAt } from './look.ts';
import type { Side } from './side.ts';
import { isOtherSpelling, isOtherSpellingAt, RemovedSpellings } from './spelling.ts';
import type { At, Beside, Step } from './steps.ts';

/** The same thing open on both sides. */
interface Both<Handle> {
  readonly simulated: Handle;
  readonly real: Handle;
}

type CallStep = Exclude<Step, Beside>;
type FileStep = Extract<Step, { readonly file: number }>;

/** What is left out under another spelling, besides renames and what opens by a path. */
const SPELLED: ReadonlySet<Step['do']> = new Set(['openDir', 'removeFile', 'removeDir']);

type Which = keyof Both<unknown>;

/** What a step gave: a value, or the code of an error. */
type Outcome = { readonly value: unknown } | { readonly code: string };

export class Pair {
  readonly #sides: Both<Side>;
  readonly #like: Likeness;
  readonly #comparer: Comparer;
  readonly #removed = new RemovedSpellings();
  readonly #dirs: Both<DirHandle>[] = [];
  readonly #files: Both<FileHandle>[] = [];

  constructor(sides: Both<Side>, like: Likeness) {
    this.#sides = sides;
    this.#like = like;
    this.#comparer = new Comparer(like);
    const { simulated, real } = this.#both(({ files, root }) =>
      files.execute({ call: 'openRoot', path: root }),
    );
    this.#dirs.push({ simulated: gained(simulated), real: gained(real) });
  }

  /** Takes a step on both sides; throws an AssertionError if they answer in different ways. */
  take(step: Step): void {
    if (!this.#like.spellings && this.#isLeftOut(step)) return;
    this.#sides.simulated.tick();
    const outcome = this.#both((side, which) => this.#run(side, which, step));
    const [a, b] = [this.#plain(step, outcome.simulated), this.#plain(step, outcome.real)];
    assert.deepEqual(a, b, `${JSON.stringify(step)}: ${show(a)} simulated, ${show(b)} real`);
    this.#note(step, outcome);
  }

  /** Looks at everything on both sides; throws an AssertionError if it is not the same. */
  look(): void {
    const [root] = this.#dirs;
    assert.ok(root !== undefined);
    const seen = this.#both(({ files }, which) => {
      const open = [...this.#dirs, ...this.#files].map((each) => each[which]);
      return runProgram(files, lookAt(root[which], open));
    });
    this.#comparer.compare(gained(seen.simulated), gained(seen.real));
  }

  #both(act: (side: Side, which: Which) => unknown): Both<Outcome> {
    return {
      simulated: outcomeOf(() => act(this.#sides.simulated, 'simulated')),
      real: outcomeOf(() => act(this.#sides.real, 'real')),
    };
  }

  #run(side: Side, which: Which, step: Step): unknown {
    if (step.do === 'hardLink') return side.hardLink(step.from, step.to);
    if (step.do === 'replace') return side.replace(step.from, step.to);
    if (step.do === 'fifo') return side.fifo(step.path);
    const call = this.#callOf(side, which, step);
    if (call === undefined) return undefined;
    const result = side.files.execute(call);
    return call.call === 'read' ? call.into.slice(0, result as number) : result;
  }

  /** The call, on what is open on that side; undefined if nothing fits. */
  #callOf(side: Side, which: Which, step: CallStep): FileCall | undefined {
    const at = ({ dir, name }: At) => ({ dir: pick(this.#dirs, dir)[which], name });
    const any = (slot: number) =>
      pick<Both<DirHandle | FileHandle>>([...this.#dirs, ...this.#files], slot)[which];
    switch (step.do) {
      case 'openRoot':
        return { call: 'openRoot', path: `${side.root}/${step.path}` };
      case 'openDir':
      case 'status':
      case 'makeDir':
      case 'readLink':
      case 'removeFile':
      case 'removeDir':
        return { call: step.do, ...at(step.at) };
      case 'openFile':
        return { call: 'openFile', ...at(step.at), for: step.for };
      case 'makeLink':
        return { call: 'makeLink', ...at(step.at), target: new TextEncoder().encode(step.target) };
      case 'close':
        // The root stays open: everything is looked at through it.
        return this.#isRoot(step.handle) ? undefined : { call: 'close', handle: any(step.handle) };
      case 'statusOf':
      case 'sync':
        return { call: step.do, handle: any(step.handle) };
      case 'list':
      case 'abilities':
        return { call: step.do, dir: pick(this.#dirs, step.dir)[which] };
      case 'syncFileSystem':
        return { call: step.do, dir: pick(this.#dirs, step.dir)[which], witness: undefined };
      case 'setMode':
        return { call: 'setMode', handle: any(step.handle), mode: step.mode };
      case 'setTime':
        return { call: 'setTime', handle: any(step.handle), mtime: step.mtime };
      case 'rename':
        return { call: 'rename', from: at(step.from), to: at(step.to), how: step.how };
      case 'truncate':
      case 'read':
      case 'write':
        return this.#fileCall(which, step);
    }
  }

  #fileCall(which: Which, step: FileStep): FileCall | undefined {
    const file = this.#files[step.file % this.#files.length]?.[which];
    if (file === undefined) return undefined;
    if (step.do === 'truncate') return { call: 'truncate', file, size: step.size };
    const { do: call, position, length } = step;
    return call === 'read'
      ? { call, file, position, into: new Uint8Array(length) }
      : { call, file, position, bytes: bytesFor(step) };
  }

  #plain(step: Step, outcome: Outcome): unknown {
    const isVague = step.do === 'rename' && !this.#like.renames && 'code' in outcome;
    return isVague ? 'refused' : plain(step, outcome);
  }

  #isLeftOut(step: Step): boolean {
    if (!this.#removed.allows(step) || this.#isAboutAnotherSpelling(step)) return true;
    this.#removed.note(step);
    return false;
  }

  #isAboutAnotherSpelling(step: Step): boolean {
    const { files, root } = this.#sides.simulated;
    const isOther = ({ dir, name }: At) =>
      runProgram(files, isOtherSpelling(pick(this.#dirs, dir).simulated, name));
    const isOtherPath = (path: string) => runProgram(files, isOtherSpellingAt(root, path));
    if (step.do === 'replace') return [step.from, step.to].some(isOtherPath);
    if (step.do === 'rename') return [step.from, step.to].some(isOther);
    if (step.do === 'openRoot') return isOtherPath(step.path);
    if (step.do === 'openFile') return step.for !== 'create' && isOther(step.at);
    return SPELLED.has(step.do) && 'at' in step && isOther(step.at);
  }

  #isRoot(slot: number): boolean {
    return slot % (this.#dirs.length + this.#files.length) === 0;
  }

  /** Keeps what was opened, forgets what was closed. */
  #note(step: Step, { simulated, real }: Both<Outcome>): void {
    if (step.do === 'close' && !this.#isRoot(step.handle)) {
      const slot = step.handle % (this.#dirs.length + this.#files.length);
      if (slot < this.#dirs.length) this.#dirs.splice(slot, 1);
      else this.#files.splice(slot - this.#dirs.length, 1);
    }
    if (!('value' in simulated) || simulated.value === undefined) return;
    if (step.do === 'openDir' || step.do === 'openRoot')
      this.#dirs.push({ simulated: gained(simulated), real: gained(real) });
    if (step.do === 'openFile')
      this.#files.push({ simulated: gained(simulated), real: gained(real) });
  }
}

function outcomeOf(act: () => unknown): Outcome {
  try {
    return { value: act() };
  } catch (error) {
    const known = asKithError(error);
    if (known === undefined || known.code === 'BUG') throw error;
    return { code: known.code };
  }
}

function gained<Value>(outcome: Outcome): Value {
  if ('code' in outcome) throw new Error(`failed with ${outcome.code}`);
  return outcome.value as Value;
}

/** What of an outcome must be the same on both sides; the rest is compared by looking. */
function plain(step: Step, outcome: Outcome): unknown {
  if ('code' in outcome) return outcome;
  const { value } = outcome;
  if (step.do === 'openDir' || step.do === 'openFile' || step.do === 'openRoot')
    return value === undefined ? 'absent' : 'open';
  if (step.do === 'status' || step.do === 'statusOf')
    return value === undefined ? 'absent' : 'there';
  if (step.do === 'list') {
    const { names, undecodable } = value as { names: string[]; undecodable: string[] };
    return { names: names.map(withoutChoice).sort(), undecodable };
  }
  if (step.do === 'abilities') return (value as { syncsAsOne: boolean }).syncsAsOne;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return value;
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? 'done';
}

function pick<Item>(items: readonly Item[], slot: number): Item {
  const item = items[slot % items.length];
  assert.ok(item !== undefined, 'the root is always open');
  return item;
}

function bytesFor({ position, length }: { position: number; length: number }): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 97 + ((position + i * 7 + length) % 26));
}
