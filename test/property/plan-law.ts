/** A law of the planner: a check of any planner, so that damaged ones can be tried against it. */

import fc from 'fast-check';
import type { Planner } from '../support/plan-world.ts';

export interface Law {
  /** A sentence about behaviour. */
  readonly name: string;
  /** Throws with the smallest counterexample, the seed and the path to it. */
  check(planner: Planner, parameters: fc.Parameters<unknown>): void;
}

/** A law over what `arbitrary` makes. */
export function law<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  hold: (made: T, planner: Planner) => void,
): Law {
  return {
    name,
    check(planner, parameters) {
      const property = fc.property(arbitrary, (made) => hold(made, planner));
      fc.assert(property, parameters as fc.Parameters<[T]>);
    },
  };
}
