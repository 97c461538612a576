import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../../src/core/model/version';

it('the version of the program is that of the package', () => {
  const text = readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version: VERSION });
});
