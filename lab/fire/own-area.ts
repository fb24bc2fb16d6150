/**
 * A person who does everything with files in a directory where nobody else does anything, and the same in a directory that
 * no program sees: what stands there in the end is what must stand everywhere.
 */

import fs from 'node:fs';
import path from 'node:path';
import type { SimRandom } from '../sim/random.ts';

const FILES = 20;
const DIRECTORIES = 5;
const LARGEST = 600_000;
/** One content in so many is a large one. */
const LARGE_EVERY = 25;

/** One step: what is done below a root. The name is of a path that may hold anything. */
type Deed = (root: string, name: string) => void;

export class OwnArea {
  readonly #roots: readonly [real: string, shadow: string];
  readonly #random: SimRandom;
  #texts = 0;

  /** Both directories are made. */
  constructor(roots: readonly [real: string, shadow: string], random: SimRandom) {
    this.#roots = roots;
    this.#random = random;
    for (const root of roots) fs.mkdirSync(root, { recursive: true });
  }

  /** Does one thing in both places, or nothing, if what was drawn cannot be done where things stand. */
  step(): void {
    const name = this.#name();
    const deed = this.#draw(name);
    if (deed === undefined) return;
    for (const root of this.#roots) deed(root, name);
  }

  #draw(name: string): Deed | undefined {
    const [, shadow] = this.#roots;
    const kind = kindAt(shadow, name);
    const drawn = this.#random.below(100);
    if (drawn < 6) return this.#withDirectories();
    if (drawn < 9)
      return (root) => fs.mkdirSync(path.join(root, `bare${drawn}`), { recursive: true });
    if (kind === 'file' && drawn < 60) return this.#withFile(drawn);
    if (kind !== undefined && drawn < 75) return (root, at) => fs.rmSync(path.join(root, at));
    if (drawn < 82) return this.#link();
    return this.#write();
  }

  /** On a file that stands there. */
  #withFile(drawn: number): Deed {
    const text = this.#text();
    const share = this.#random.unit();
    if (drawn < 20) return (root, at) => writeInto(path.join(root, at), { text, share });
    if (drawn < 30) return (root, at) => fs.appendFileSync(path.join(root, at), text);
    if (drawn < 40) {
      const mode = share < 0.5 ? 0o644 : 0o755;
      return (root, at) => fs.chmodSync(path.join(root, at), mode);
    }
    if (drawn < 46) {
      const seconds = 1_500_000_000 + Math.floor(share * 400_000_000);
      return (root, at) => fs.utimesSync(path.join(root, at), seconds, seconds);
    }
    const to = this.#name();
    return (root, at) => {
      if (kindAt(root, to) === 'directory') return;
      fs.mkdirSync(path.dirname(path.join(root, to)), { recursive: true });
      fs.renameSync(path.join(root, at), path.join(root, to));
    };
  }

  /** Anew in place, or beside and then renamed over whatever stands there. */
  #write(): Deed {
    const text = this.#text();
    const isBeside = this.#random.below(2) === 0;
    return (root, at) => {
      const place = path.join(root, at);
      fs.mkdirSync(path.dirname(place), { recursive: true });
      if (kindAt(root, at) === 'link') fs.rmSync(place);
      fs.writeFileSync(isBeside ? `${place}.new` : place, text);
      if (isBeside) fs.renameSync(`${place}.new`, place);
    };
  }

  #link(): Deed {
    const target = this.#name();
    return (root, at) => {
      const place = path.join(root, at);
      fs.mkdirSync(path.dirname(place), { recursive: true });
      fs.rmSync(place, { force: true });
      fs.symlinkSync(target, place);
    };
  }

  /** One is renamed, or two are swapped, or one goes whole. */
  #withDirectories(): Deed {
    const [from, to] = [this.#directory(), this.#directory()];
    const isGone = this.#random.below(4) === 0;
    return (root) => {
      const [one, other] = [path.join(root, from), path.join(root, to)];
      if (from === to || !fs.existsSync(one)) return;
      if (isGone) return fs.rmSync(one, { recursive: true });
      if (!fs.existsSync(other)) return fs.renameSync(one, other);
      fs.renameSync(other, `${other}.swap`);
      fs.renameSync(one, other);
      fs.renameSync(`${other}.swap`, one);
    };
  }

  #directory(): string {
    return `d${this.#random.below(DIRECTORIES)}`;
  }

  #name(): string {
    const file = `f${this.#random.below(FILES)}`;
    return this.#random.below(4) === 0 ? file : `${this.#directory()}/${file}`;
  }

  /** Different each time. */
  #text(): string {
    this.#texts += 1;
    const isLarge = this.#random.below(LARGE_EVERY) === 0;
    const size = this.#random.below(isLarge ? LARGEST : 3000);
    return `${this.#texts} `.repeat(Math.ceil(size / 6) + 1);
  }
}

function kindAt(root: string, name: string): 'file' | 'link' | 'directory' | undefined {
  const status = fs.lstatSync(path.join(root, name), { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (status.isSymbolicLink()) return 'link';
  return status.isDirectory() ? 'directory' : 'file';
}

/** Over a part of what the file holds. */
function writeInto(
  file: string,
  { text, share }: { readonly text: string; readonly share: number },
): void {
  const handle = fs.openSync(file, 'r+');
  try {
    fs.writeSync(handle, text, Math.floor(share * fs.fstatSync(handle).size));
  } finally {
    fs.closeSync(handle);
  }
}
