import { expect, it } from 'vitest';
import { transferProblem } from './transfer.error.js';

// The texts are those of Engine 20.10 and distribution 2.8.2.
it.each([
  ['no basic auth credentials', 'unauthorized'],
  ['unauthorized: authentication required', 'unauthorized'],
  ['denied: requested access to the resource is denied', 'unauthorized'],
  ['pull access denied for app, repository does not exist or may require docker login', 'unauthorized'],
  ['manifest for 10.0.0.1:5000/dev/app:v9 not found: manifest unknown: manifest unknown', 'not_found'],
  ['An image does not exist locally with the tag: 10.0.0.1:5000/dev/app', 'not_found'],
  ['Get "http://10.0.0.1:5000/v2/": dial tcp 10.0.0.1:5000: connect: connection refused', 'failed'],
])('takes "%s" for %s', (detail, problem) => {
  expect(transferProblem(detail)).toBe(problem);
});
