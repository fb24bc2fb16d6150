/** The simulator's time and chance. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimClock, WORLD_BEGAN_MS } from '../../lab/sim/clock.ts';
import { Pace } from '../../lab/sim/pace.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import { RestError, Scheduler } from '../../lab/sim/scheduler.ts';

const fresh = (seed = 1): Scheduler => new Scheduler(new Pace('even', new SimRandom(seed)));

describe('scheduler', () => {
  it('jumps from event to event in order of time', async () => {
    const scheduler = fresh();
    const seen: string[] = [];
    for (const ms of [30, 10, 86_400_000, 20]) {
      scheduler.after(ms, () => seen.push(`${ms}@${scheduler.now}`), { label: 'x' });
    }
    await scheduler.run({ ms: 2 * 86_400_000 });
    assert.deepEqual(seen, ['10@10', '20@20', '30@30', '86400000@86400000']);
    assert.equal(scheduler.now, 2 * 86_400_000);
  });
  it('breaks ties by the seed, the same way each time', async () => {
    const order = async (seed: number): Promise<string> => {
      const scheduler = fresh(seed);
      let seen = '';
      for (const name of 'abcdefgh') scheduler.after(5, () => (seen += name), { label: name });
      await scheduler.run({ ms: 5 });
      return `${seen} ${scheduler.trace.hash()}`;
    };
    assert.equal(await order(1), await order(1));
    assert.ok(new Set([await order(1), await order(2), await order(3)]).size > 1);
  });
  it('keeps thousands of events in order', async () => {
    const scheduler = fresh();
    const random = new SimRandom(9);
    let last = 0;
    let count = 0;
    for (let i = 0; i < 5_000; i++) {
      const check = (): string => {
        assert.ok(scheduler.now >= last);
        last = scheduler.now;
        count += 1;
        return 'quiet';
      };
      const takeBack = scheduler.after(random.unit() * 1e6, check, { label: 'x' });
      if (i % 5 === 0) takeBack();
    }
    await scheduler.run({ ms: 1e6 });
    assert.equal(count, 4_000);
  });
  it('lets what an event set off settle before the next one', async () => {
    const scheduler = fresh();
    const seen: string[] = [];
    const chain = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
      seen.push('settled');
    };
    scheduler.after(1, () => void chain(), { label: 'first' });
    scheduler.after(1.001, () => seen.push('next'), { label: 'second' });
    await scheduler.run({ ms: 2 });
    assert.deepEqual(seen, ['settled', 'next']);
  });
  it('drops the events of the dead', async () => {
    const scheduler = fresh();
    const owner = { alive: true };
    let ran = 0;
    scheduler.after(1, () => ran++, { label: 'x', owner });
    scheduler.after(3, () => ran++, { label: 'x', owner });
    await scheduler.run({ ms: 2 });
    owner.alive = false;
    await scheduler.run({ ms: 10 });
    assert.equal(ran, 1);
  });
  it('waits for something to come true, but not for ever', async () => {
    const scheduler = fresh();
    let done = false;
    scheduler.after(50, () => (done = true), { label: 'x' });
    await scheduler.runUntil(() => done, { ms: 100 });
    assert.equal(scheduler.now, 50);
    await assert.rejects(
      scheduler.runUntil(() => false, { ms: 100 }),
      RestError,
    );
  });
  it('rests when only timers come round and nothing comes of them', async () => {
    const scheduler = fresh();
    let rounds = 0;
    const round = (): void => {
      rounds += 1;
      if (rounds === 5) scheduler.after(200, () => undefined, { label: 'work' });
      scheduler.after(1_000, round, { label: 'round', kind: 'timer' });
    };
    round();
    await scheduler.rest({ quietMs: 10_000, limitMs: 60_000 });
    assert.ok(rounds > 5 && scheduler.now >= 14_000 && scheduler.now < 16_000, `${scheduler.now}`);
  });
  it('says so when a world does not rest', async () => {
    const scheduler = fresh();
    const work = (): void => void scheduler.after(100, work, { label: 'endless' });
    work();
    await assert.rejects(scheduler.rest({ quietMs: 1_000, limitMs: 30_000 }), /endless/);
  });
  it('ends a run with what failed in it', async () => {
    const scheduler = fresh();
    scheduler.after(1, () => scheduler.fail(new Error('broken')), { label: 'x' });
    await assert.rejects(scheduler.run({ ms: 10 }), /broken/);
    await scheduler.run({ ms: 10 });
  });
});

describe('seeded randomness', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    assert.deepEqual(new SimRandom(5).bytes(64), new SimRandom(5).bytes(64));
    assert.notDeepEqual(new SimRandom(5).bytes(64), new SimRandom(6).bytes(64));
  });
  it('forks by name, whatever was drawn before', () => {
    const drawn = new SimRandom(5);
    drawn.bytes(1_000);
    assert.deepEqual(drawn.fork('net', 3).bytes(16), new SimRandom(5).fork('net', 3).bytes(16));
    const keys = [['net', 3], ['net', '3'], ['net', 4], ['disk', 3], [3, 'net'], ['net']] as const;
    const firsts = keys.map((key) => new SimRandom(5).fork(...key).u32());
    assert.equal(new Set(firsts).size, keys.length);
  });
  it('keeps what it draws within its bounds', () => {
    const random = new SimRandom(1);
    const seen = new Set<number>();
    for (let i = 0; i < 1_000; i++) seen.add(random.between(3, 7));
    assert.deepEqual([...seen].sort(), [3, 4, 5, 6, 7]);
    assert.throws(() => random.pick([]), RangeError);
  });
});

describe('device clocks', () => {
  it('are off, drift and step in wall time alone', async () => {
    const scheduler = fresh();
    const device = new SimClock(scheduler);
    const clock = device.portFor({ alive: true });
    device.setOffset(-3_600_000);
    assert.equal(clock.now(), WORLD_BEGAN_MS - 3_600_000);
    device.setDrift(100);
    await scheduler.run({ ms: 10_000_000 });
    assert.equal(clock.now(), WORLD_BEGAN_MS - 3_600_000 + 10_001_000);
    device.step(-50_000_000);
    assert.ok(clock.now() < WORLD_BEGAN_MS - 3_600_000);
    assert.equal(clock.mono(), 10_000_000);
  });
  it('never wake the dead', async () => {
    const scheduler = fresh();
    const owner = { alive: true };
    let woken = false;
    const clock = new SimClock(scheduler).portFor(owner);
    void clock.sleep(10, new AbortController().signal).then(() => (woken = true));
    owner.alive = false;
    await scheduler.run({ ms: 100 });
    assert.equal(woken, false);
  });
});
