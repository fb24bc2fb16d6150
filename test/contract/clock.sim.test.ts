/** The simulated clock keeps the contract; its world runs on while a test waits. */

import { SimClock } from '../../lab/sim/clock.ts';
import { Pace } from '../../lab/sim/pace.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import { Scheduler } from '../../lab/sim/scheduler.ts';
import { clockContract } from './clock.contract.ts';

clockContract('simulated', () => {
  const scheduler = new Scheduler(new Pace('even', new SimRandom(1)));
  const clock = new SimClock(scheduler).portFor({ alive: true });
  return {
    clock,
    during: async (work) => {
      // Its failure is the test's business; here it only must not count as unheard.
      const settled = work.then(
        () => undefined,
        () => undefined,
      );
      await scheduler.run({ ms: 1_000 });
      await settled;
      return await work;
    },
  };
});
