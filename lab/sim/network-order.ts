/** What may be done to a network, as plain data: so that a story can be written down, shortened and told again. */

import { assertNever } from '../../src/base/assert.ts';
import type { LinkTraits } from './link.ts';
import type { SimNetwork } from './network.ts';

/** Devices go by their names. What each does is said at the method of SimNetwork that bears its name. */
export type NetworkOrder =
  | { readonly kind: 'cut' | 'heal' | 'reset'; readonly a: string; readonly b: string }
  | {
      readonly kind: 'cut-one-way' | 'half-open' | 'half-close';
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'silence'; readonly device: string }
  | { readonly kind: 'move'; readonly device: string; readonly host: string }
  | {
      readonly kind: 'shape';
      readonly from: string;
      readonly to: string;
      readonly traits: Partial<LinkTraits>;
    }
  | { readonly kind: 'restore' };

/** Does it, at once. */
export function carryOut(network: SimNetwork, order: NetworkOrder): void {
  switch (order.kind) {
    case 'cut':
      network.cut(order.a, order.b);
      break;
    case 'heal':
      network.heal(order.a, order.b);
      break;
    case 'reset':
      network.reset(order.a, order.b);
      break;
    case 'cut-one-way':
      network.cutOneWay(order.from, order.to);
      break;
    case 'half-open':
      network.halfOpen(order.from, order.to);
      break;
    case 'half-close':
      network.halfClose(order.from, order.to);
      break;
    case 'silence':
      network.silence(order.device);
      break;
    case 'move':
      network.move(order.device, order.host);
      break;
    case 'shape':
      network.shapeOneWay(order.from, order.to, order.traits);
      break;
    case 'restore':
      network.restore();
      break;
    default:
      assertNever(order);
  }
}
