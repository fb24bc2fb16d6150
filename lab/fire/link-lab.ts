/** Two network namespaces joined by a cable (test/services/lab-netns.sh), and what can be done to the cable. */

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command, type Run } from './run.ts';

const SCRIPT = path.resolve(import.meta.dirname, '../../test/services/lab-netns.sh');
const ENDS = ['a', 'b'] as const;

/** Of the namespaces of a run in this directory. */
export function labOf(directory: string): string {
  return path.basename(directory).replaceAll(/\W/g, '').slice(-12);
}

export type End = (typeof ENDS)[number];

export class LinkLab {
  readonly #dot: string;
  readonly #addresses: ReadonlyMap<string, string>;

  private constructor(dot: string, addresses: ReadonlyMap<string, string>) {
    this.#dot = dot;
    this.#addresses = addresses;
  }

  /** Needs root. The namespaces go with the run's scope. */
  static async make(run: Run): Promise<LinkLab> {
    const dot = path.join(run.directory, `${labOf(run.directory)}.dot`);
    await writeFile(dot, 'graph fire {\n  a -- b;\n}\n');
    run.scope.after(async () => void (await command('bash', SCRIPT, dot, 'down')));
    // Each line: a node, its neighbour, the neighbour's address.
    const lines = (await command('bash', SCRIPT, dot, 'up')).trim().split('\n');
    const pairs = lines.map((line) => line.split(/\s+/).slice(1, 3) as [string, string]);
    return new LinkLab(dot, new Map(pairs));
  }

  addressOf(end: End): string {
    const address = this.#addresses.get(end);
    if (address === undefined) throw new Error(`${end} has no address`);
    return address;
  }

  /** Words that run a program at that end. */
  at(end: End): readonly string[] {
    return ['ip', 'netns', 'exec', `kith-${path.basename(this.#dot, '.dot')}-${end}`];
  }

  /** Runs a program at that end; what it printed. */
  async run(end: End, ...words: readonly string[]): Promise<string> {
    const [program = '', ...args] = [...this.at(end), ...words];
    return await command(program, ...args);
  }

  /** Both ends send no faster. */
  async limitRate(rate: string): Promise<void> {
    for (const end of ENDS) {
      const shape = ['root', 'tbf', 'rate', rate, 'burst', '32kbit', 'latency', '300ms'];
      await this.run(end, 'tc', 'qdisc', 'replace', 'dev', other(end), ...shape);
    }
  }

  /** Of what this end sends this share is lost. */
  async lose(end: End, percent: number): Promise<void> {
    const chain = `type filter hook egress device "${other(end)}" priority 0; policy accept;`;
    const rule = `numgen random mod 100 < ${percent} drop`;
    await this.run(end, 'nft', `table netdev fire { chain out { ${chain} ${rule}; }; }`);
  }

  async setMtu(bytes: number): Promise<void> {
    for (const end of ENDS)
      await this.run(end, 'ip', 'link', 'set', 'dev', other(end), 'mtu', `${bytes}`);
  }

  async set(end: End, state: 'up' | 'down'): Promise<void> {
    await this.run(end, 'ip', 'link', 'set', 'dev', other(end), state);
  }

  /** From now on this end is reached at another address alone. */
  async move(end: End, to: string): Promise<void> {
    await this.run(end, 'ip', 'address', 'flush', 'dev', other(end));
    await this.run(end, 'ip', 'address', 'add', `${to}/24`, 'dev', other(end));
  }

  /** Everything that goes over the cable is lost, silently. */
  async cut(): Promise<void> {
    await command('bash', SCRIPT, this.#dot, 'cut', 'a', 'b');
  }

  async heal(): Promise<void> {
    await command('bash', SCRIPT, this.#dot, 'heal', 'a', 'b');
  }

  /** As it was made. */
  async reset(): Promise<void> {
    await this.heal();
    for (const end of ENDS) {
      await this.run(end, 'nft', 'flush', 'ruleset');
      await this.run(end, 'sh', '-c', `tc qdisc del dev ${other(end)} root 2>/dev/null; true`);
      await this.set(end, 'up');
      await this.move(end, this.addressOf(end));
    }
    await this.setMtu(1500);
  }
}

function other(end: End): End {
  return end === 'a' ? 'b' : 'a';
}
