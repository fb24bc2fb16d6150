/**
 * Spokes around a hub that is always on, one file, people who write at the same time, links and programs that come and go:
 * what is seen must have an explanation by uploads and downloads that were not seen.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { KithWorld } from '../../lab/sim/kith-world.ts';
import { type HubEvent, judgeHub } from '../../lab/sim/oracles/hub-model.ts';
import type { SimRandom } from '../../lab/sim/random.ts';
import { seeds, tellTwice } from '../../lab/sim/story.ts';
import { assertEqualTrees } from './scene.ts';

const SPOKES = ['n1', 'n2', 'n3'];
const FILE = 'f.txt';
const COPY = 'f.sync-conflict-';
const STEPS = 40;

class HubStory {
  readonly events: HubEvent[] = [];
  readonly #world: KithWorld;
  readonly #hub: SimDevice;
  readonly #spokes: readonly SimDevice[];
  readonly #random: SimRandom;
  #values = 0;

  constructor(seed: number) {
    this.#world = new KithWorld(seed);
    this.#random = this.#world.random.fork('people');
    this.#hub = this.#world.device('hub');
    this.#spokes = SPOKES.map((name) =>
      this.#world.device(name, { clockOffsetMs: this.#random.between(-600_000, 600_000) }),
    );
    this.#world.link(SPOKES.map((name) => ['hub', name]));
  }

  async tell(): Promise<{ trace: string; events: readonly HubEvent[] }> {
    // A folder that is emptied asks before it says so.
    this.#hub.person.write('keep', 'keep');
    this.#world.upAll();
    await this.#world.rest();
    for (let step = 0; step < STEPS; step++) {
      await this.#step(this.#random.pick(this.#spokes));
      const wait = this.#random.pick([0, 0, 20, 300, 2000]);
      await this.#world.run({ ms: wait * this.#random.unit() });
    }
    await this.#stabilise();
    return { trace: this.#world.traceHash(), events: this.events };
  }

  async #step(spoke: SimDevice): Promise<void> {
    const dice = this.#random.below(100);
    const value = spoke.person.read(FILE);
    if (dice < 40) this.#write(spoke, `${++this.#values} by ${spoke.name}`);
    else if (dice < 50 && value !== undefined) this.#write(spoke, undefined);
    else if (dice < 70) this.events.push({ kind: 'read', node: spoke.name, value });
    else if (dice < 80) this.#world.cut(this.#hub, spoke);
    else if (dice < 90) this.#world.heal(this.#hub, spoke);
    else if (dice < 95) this.#killOrStart(spoke);
    else await this.#stabilise();
  }

  #write(spoke: SimDevice, value: string | undefined): void {
    const over = spoke.person.read(FILE);
    if (value === undefined) spoke.person.delete(FILE);
    else spoke.person.write(FILE, value);
    const time = spoke.clock.wallMs();
    this.events.push({ kind: 'write', node: spoke.name, value, over, time });
  }

  #killOrStart(spoke: SimDevice): void {
    if (spoke.life === undefined) this.#world.up(spoke);
    else this.#world.crash(spoke, 'kill');
  }

  async #stabilise(): Promise<void> {
    for (const spoke of this.#spokes) {
      this.#world.heal(this.#hub, spoke);
      if (spoke.life === undefined) this.#world.up(spoke);
    }
    await this.#world.rest();
    assertEqualTrees(this.#world.devices());
    const files = [...this.#hub.person.contents()];
    const copies = files.filter(([path]) => path.startsWith(COPY));
    assert.ok(files.every(([path]) => path === FILE || path === 'keep' || path.startsWith(COPY)));
    this.events.push({
      kind: 'stabilise',
      value: this.#hub.person.read(FILE),
      copies: copies.map(([, content]) => content),
    });
  }
}

for (const seed of seeds(10)) {
  test(`what people see around a hub can be explained, seed ${seed}`, async () => {
    const { events } = await tellTwice(seed, (each) => new HubStory(each).tell());
    const verdict = judgeHub(SPOKES, events);
    if (verdict.isLegal) return;
    const lines = events.slice(0, verdict.at + 1).map((event) => JSON.stringify(event));
    assert.fail(`nothing explains the last of these:\n${lines.join('\n')}`);
  });
}
