/** Who stands at the other end: whoever holds the key of the one certificate it showed, and nobody else (I20). */

import { sha256 } from '../base/sha256.ts';
import { type DeviceId, deviceIdFromHash } from '../model/device-id.ts';

/** The device that these certificates (DER, leaf first) prove; undefined unless there is exactly one. */
export function deviceIdOf(certificates: readonly Uint8Array[]): DeviceId | undefined {
  const [certificate, ...others] = certificates;
  if (certificate === undefined || others.length > 0) return undefined;
  return deviceIdFromHash(sha256(certificate));
}
