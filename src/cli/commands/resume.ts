/** `kith resume`: what was paused goes on. */

import { resumeSchema } from '../../api/pause-requests.ts';
import { defineCommand, ExitCode } from '../command.ts';
import { withConfiguration } from '../connect.ts';
import { namedThing } from '../paused-thing.ts';

export const resumeCommand = defineCommand({
  name: 'resume',
  summary: 'Let a folder, a device or everything go on after a pause',
  arguments: [{ form: '[folder]', about: 'only this folder' }],
  options: [{ form: '--device <device>', about: 'only this device, by name or id' }],
  examples: ['kith resume', 'kith resume docs', 'kith resume --device nas'],
  input: resumeSchema,
  async run(named, context) {
    await withConfiguration(context, (service) => service.resume(named));
    context.out.note(`${namedThing(named)}: goes on.`);
    return ExitCode.ok;
  },
});
