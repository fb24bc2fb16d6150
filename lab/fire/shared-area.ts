/**
 * Persons who change the same files at different devices. Every content is different and every change says exactly what it
 * replaced, so that what may be gone is known: what stood at a name is taken out of the folder before anything new comes.
 */

import fs from 'node:fs';
import path from 'node:path';
import { FrontierOracle } from '../sim/oracle.ts';
import type { SimRandom } from '../sim/random.ts';

const NAMES = 12;

export class SharedArea {
  readonly #oracle = new FrontierOracle();
  #texts = 0;
  #taken = 0;

  /** One change by the person at this device. `outside`: a directory on the same file system that nobody looks at. */
  step(who: { readonly root: string; readonly outside: string }, random: SimRandom): void {
    const name = `s${random.below(NAMES)}`;
    const place = path.join(who.root, name);
    const over = this.#takeAway(place, who.outside);
    if (over !== undefined) this.#oracle.observe({ path: name, value: undefined, over });
    if (random.below(5) === 0) return;
    this.#texts += 1;
    const value = `${name} ${this.#texts} ${'x'.repeat(random.below(2000))}`;
    const draft = path.join(who.outside, 'draft');
    fs.writeFileSync(draft, value);
    try {
      // Only where nothing has come meanwhile.
      fs.linkSync(draft, place);
      this.#oracle.observe({ path: name, value, over: undefined });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      fs.rmSync(draft);
    }
  }

  /** Contents that nobody has replaced and that stand nowhere on a device, and contents that nobody wrote. */
  faults(root: string): readonly string[] {
    const known = new Map(
      fs.readdirSync(root).map((name) => [fs.readFileSync(path.join(root, name), 'latin1'), name]),
    );
    const lost = this.#oracle.frontier().filter((value) => !known.has(value));
    const strange = this.#oracle
      .violations(new Map([[root, new Map([...known].map(([value, name]) => [name, value]))]]))
      .filter((what) => what.includes('written by nobody'));
    return [...lost.map((value) => `${value.slice(0, 20)}… is lost`), ...strange];
  }

  /** What stood there, which stands nowhere in the folder any more. */
  #takeAway(place: string, outside: string): string | undefined {
    this.#taken += 1;
    const away = path.join(outside, `taken-${this.#taken}`);
    try {
      fs.renameSync(place, away);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return undefined;
    }
    const value = fs.readFileSync(away, 'latin1');
    fs.rmSync(away);
    return value;
  }
}
