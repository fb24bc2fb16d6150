/** Simulated randomness keeps the contract. */

import { SimRandom } from '../../lab/sim/random.ts';
import { randomContract } from './random.contract.ts';

randomContract('simulated', () => new SimRandom(42));
