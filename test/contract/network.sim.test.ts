/** The simulated network keeps the contract; its world runs on, in step with real time, while the tests wait. */

import { after, before } from 'node:test';
import { SimNetwork } from '../../lab/sim/network.ts';
import { Pace } from '../../lab/sim/pace.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import { Scheduler } from '../../lab/sim/scheduler.ts';
import { networkContract } from './network.contract.ts';

const random = new SimRandom(7);
const scheduler = new Scheduler(new Pace('even', random.fork('ties')));
const network = new SimNetwork(scheduler, random.fork('network'));
const owner = { alive: true };
const nearCertificate = random.bytes(40);
const farCertificate = random.bytes(40);
let ended = false;
let running: Promise<void> = Promise.resolve();

async function run(): Promise<void> {
  while (!ended) {
    await scheduler.run({ ms: 50 });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

before(() => {
  running = run();
});

after(async () => {
  ended = true;
  await running;
});

networkContract('simulated', {
  near: network.portFor({ device: 'near', certificate: nearCertificate, owner }),
  far: network.portFor({ device: 'far', certificate: farCertificate, owner }),
  nearCertificate,
  farCertificate,
  listenAt: 'tcp://far:0',
  nowhere: 'tcp://far:1',
});
