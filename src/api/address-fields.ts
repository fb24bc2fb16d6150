/** Addresses as fields: where we listen, where a device is reached, where the control API stands. */

import type { z } from 'zod';
import { parseHostPort } from './address.ts';
import { textSchema } from './fields.ts';

/** Where others reach this device when nothing else is configured. */
export const DEFAULT_LISTEN = 'tcp://0.0.0.0:22000';
/** Where the control API listens when nothing else is configured. */
export const DEFAULT_API_LISTEN = '127.0.0.1:22080';
/** The address of a device that dials us, and that we cannot dial. */
export const DYNAMIC = 'dynamic';

/** `tcp://HOST:PORT` to listen on; port 0 lets the system choose. */
export const listenAddressSchema = textSchema.superRefine((text, context) => {
  if (text === DYNAMIC) {
    const message = 'dynamic cannot be listened on; write tcp://0.0.0.0:22000';
    context.addIssue({ code: 'custom', message });
    return;
  }
  refuseUnlessTcp(text, context);
});

/** `tcp://HOST:PORT` to dial, or `dynamic`. */
export const deviceAddressSchema = textSchema.superRefine((text, context) => {
  if (text !== DYNAMIC && refuseUnlessTcp(text, context) === 0) {
    context.addIssue({
      code: 'custom',
      message: `${quoted(text)} has port 0, which nobody can dial`,
    });
  }
});

/** `HOST:PORT` of the control API; port 0 lets the system choose. */
export const apiAddressSchema = textSchema.superRefine((text, context) => {
  if (parseHostPort(text) !== undefined) return;
  const message = `${quoted(text)} is not HOST:PORT; write for example ${DEFAULT_API_LISTEN}`;
  context.addIssue({ code: 'custom', message });
});

function refuseUnlessTcp(text: string, context: z.RefinementCtx): number | undefined {
  const parsed = text.startsWith('tcp://') ? parseHostPort(text.slice(6)) : undefined;
  if (parsed === undefined) context.addIssue({ code: 'custom', message: whyNotTcp(text) });
  return parsed?.port;
}

function whyNotTcp(text: string): string {
  if (text.startsWith('quic://')) {
    return `${quoted(text)}: quic is not available yet; use tcp://HOST:PORT`;
  }
  return `${quoted(text)} is not an address; write tcp://HOST:PORT, for example tcp://192.0.2.7:22000`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
