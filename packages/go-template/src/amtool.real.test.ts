// Random templates side by side with the real amtool 0.25: the same output or the same error text.
// Skipped where amtool is missing, unless AMPERE_REQUIRE_REAL=1.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@ampere/platform';
import { afterAll, describe, expect, test } from 'vitest';
import { ALERTMANAGER_TEMPLATES } from './index.ts';
import { NOTIFICATION_JSON, outcome, renderNotification } from './testing/notification.ts';
import { TemplateGenerator } from './testing/template-generator.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 20_000 : 150;
const folder = process.env['AMPERE_REAL_SERVERS'] ?? join(homedir(), '.cache', 'ampere-real-servers');
const amtool = join(folder, 'x', 'alertmanager', 'usr', 'bin', 'amtool');
const isThere = existsSync(amtool);

test.runIf(process.env['AMPERE_REQUIRE_REAL'] === '1')('amtool is there', () => {
  expect(isThere).toBe(true);
});

describe.skipIf(!isThere)(`beside ${amtool}, seed ${SEED} (skipped where it is missing)`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'ampere-amtool-'));
  const dataPath = join(scratch, 'data.json');
  const templatePath = join(scratch, 'default.tmpl');
  writeFileSync(dataPath, JSON.stringify(NOTIFICATION_JSON));
  writeFileSync(templatePath, ALERTMANAGER_TEMPLATES.text);
  afterAll(() => rmSync(scratch, { recursive: true }));

  const render = (text: string) =>
    new Promise<string>((resolve) => {
      const args = [
        `--template.glob=${templatePath}`,
        `--template.text=${text}`,
        `--template.data=${dataPath}`,
      ];
      execFile(amtool, ['template', 'render', ...args], (failure, stdout, stderr) => {
        resolve(failure === null ? stdout : stderr.replace('amtool: error: ', '').replace(/\n\n$/, ''));
      });
    });

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
