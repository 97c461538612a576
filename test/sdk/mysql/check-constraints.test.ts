import { describe, expect, it } from '@jest/globals';
import { inWordsOfAll } from '../../../sdk/plugins/mysql/downstream/check-constraints';

describe('a statement in words of all servers', () => {
  it.each([
    ['ALTER TABLE `t` DROP CHECK `c`', 'ALTER TABLE `t` DROP CONSTRAINT `c`'],
    ['ALTER TABLE `t` ADD CHECK(`a`>1) ENFORCED', 'ALTER TABLE `t` ADD CHECK(`a`>1) /*!80016 ENFORCED */'],
    ['ALTER TABLE `t` ADD CHECK(`a`>1) NOT ENFORCED', 'ALTER TABLE `t` ADD CHECK(`a`>1) NOT ENFORCED'],
    ["ALTER TABLE `DROP CHECK` COMMENT = 'it''s ENFORCED \\' ENFORCED'", null],
    ['ALTER TABLE ` ENFORCED` /* ENFORCED */ ADD COLUMN `b` INT DEFAULT " ENFORCED"', null],
  ])('%s', (ddl, expected) => {
    expect(inWordsOfAll(ddl)).toBe(expected ?? ddl);
  });
});
