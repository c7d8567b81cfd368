import { describe, expect, it } from 'vitest';
import { STEADY_MS, steadyMs } from './rendered-stack.plan.js';

const service = (more: string): string => `services: { app: { image: "x@sha256:1"${more} } }`;

describe('steadyMs', () => {
  it.each([
    ['with a health check', ', healthcheck: { test: ["CMD", "true"] }', STEADY_MS.checked],
    ['without one', '', STEADY_MS.unchecked],
    ['with one that is switched off', ', healthcheck: { disable: true }', STEADY_MS.unchecked],
  ])('waits for a service %s', (_, more, expected) => {
    expect(steadyMs(service(more))).toBe(expected);
  });
});
