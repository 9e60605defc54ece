import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, readFiles } from './files.ts';
import * as rules from './rules.ts';

const files = readFiles();
const architecture = files.find((file) => file.path === 'ARCHITECTURE.md')?.text ?? '';
const floors = rules.readFloors(architecture);

const check = (name: string, complaints: readonly string[]) =>
  test(name, () => expect(complaints.join('\n')).toBe(''));

check('imports follow the floors of ARCHITECTURE.md', rules.checkImports(files, floors));
check('what is for tests is not shipped', rules.checkTestingStaysOut(files, floors));
check('real programs are found in one place', rules.checkRealPrograms(files));
check('the floors have no ring', rules.checkFloorsAcyclic(floors));
check('files are short, named and headed', rules.checkShape(files));
check('merges are done', rules.checkMerged(files));
check('banned calls are not made', rules.checkBans(files));
check(
  'links in documents are alive',
  rules.checkLinks(files, (path) => existsSync(join(ROOT, path))),
);
check('each package and service has a short README', rules.checkReadmes(files));
check('docs/DEPENDENCIES.md lists what is installed', rules.checkDependencies(files));
