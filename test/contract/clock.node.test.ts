/** The host's clock keeps the contract. */

import { NodeClock } from '../../src/host/node-clock.ts';
import { clockContract } from './clock.contract.ts';

clockContract('host', () => ({ clock: new NodeClock(), during: (work) => work }));
