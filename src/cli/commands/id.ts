/** `kith id`: prints this device's id, as a QR code too if wished. Needs no daemon. */

import { renderUnicodeCompact } from 'uqr';
import { z } from 'zod';
import { KithError } from '../../base/error.ts';
import { deviceIdOfPem } from '../../host/certificate.ts';
import { homeFiles } from '../../host/locations.ts';
import { readTextIfThere } from '../../host/private-file.ts';
import { defineCommand, ExitCode } from '../command.ts';

export const idCommand = defineCommand({
  name: 'id',
  summary: 'Print the id of this device, which others add',
  options: [
    { form: '--qr', about: 'print it as a QR code too' },
    { form: '--json', about: 'print JSON' },
  ],
  examples: ['kith id', 'kith id --qr'],
  input: z.object({ qr: z.boolean().default(false), json: z.boolean().default(false) }),
  async run({ qr, json }, { home, out }) {
    const files = homeFiles(home);
    const certificate = await readTextIfThere(files.certificate);
    if (certificate === undefined) throw new KithError('CONFIG_MISSING', { home: files.home });
    const device = deviceIdOfPem(certificate);
    if (json) out.json({ device });
    else out.line(device);
    if (qr) for (const line of renderUnicodeCompact(device).split('\n')) printQr(line);
    return ExitCode.ok;

    /** With --json, standard output stays JSON. */
    function printQr(line: string): void {
      if (json) out.note(line);
      else out.line(line);
    }
  },
});
