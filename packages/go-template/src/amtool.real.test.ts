// Random templates side by side with the real amtool 0.25: the same output or the same error text.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '@ampere/platform';
import { describeWith, run, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ALERTMANAGER_TEMPLATES } from './index.ts';
import { NOTIFICATION_JSON, outcome, renderNotification } from './testing/notification.ts';
import { TemplateGenerator } from './testing/template-generator.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 150;

describeWith(`beside amtool, seed ${SEED}`, ['amtool'], ({ amtool }) => {
  const scratch = temporaryFolder();
  const dataPath = join(scratch, 'data.json');
  const templatePath = join(scratch, 'default.tmpl');
  writeFileSync(dataPath, JSON.stringify(NOTIFICATION_JSON));
  writeFileSync(templatePath, ALERTMANAGER_TEMPLATES.text);

  const render = async (text: string) => {
    const args = [
      `--template.glob=${templatePath}`,
      `--template.text=${text}`,
      `--template.data=${dataPath}`,
    ];
    const { code, stdout, stderr } = await run(amtool, ['template', 'render', ...args]);
    return code === 0 ? stdout : stderr.replace('amtool: error: ', '').replace(/\n\n$/, '');
  };

  test('random templates', async () => {
    const generator = new TemplateGenerator(new SeededRandom(SEED));
    for (let round = 0; round < ROUNDS; round++) {
      const text = generator.next();
      const real = await render(text);
      // Addresses differ from run to run, in Go too.
      if (/0xc0000/.test(real)) continue;
      expect({ text, outcome: outcome(() => renderNotification(text)) }).toEqual({ text, outcome: real });
    }
  });
});
