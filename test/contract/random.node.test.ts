/** The host's randomness keeps the contract. */

import { NodeRandom } from '../../src/host/node-random.ts';
import { randomContract } from './random.contract.ts';

randomContract('host', () => new NodeRandom());
