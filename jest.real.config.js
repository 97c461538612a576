const unit = require('./jest.config.js');

/**
 * The tests that take long or need a real server, one file after the other, because some of them measure.
 * @type {import('jest').Config}
 */
module.exports = {
  ...unit,
  testMatch: ['<rootDir>/test/**/*.real.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
};
