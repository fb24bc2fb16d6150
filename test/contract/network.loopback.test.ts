/** The network in memory that other tests rely on keeps the contract too. */

import { LoopbackNetwork } from '../support/loopback-network.ts';
import { networkContract } from './network.contract.ts';

const network = new LoopbackNetwork();
const nearCertificate = Uint8Array.of(1);
const farCertificate = Uint8Array.of(2);

networkContract('loopback', {
  near: network.of(nearCertificate),
  far: network.of(farCertificate),
  nearCertificate,
  farCertificate,
  listenAt: 'tcp://far:0',
  nowhere: 'tcp://nowhere:1',
});
