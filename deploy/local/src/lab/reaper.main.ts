import { cleanUp } from './clean.js';
import { planFolder } from './folder.js';

/**
 * Outlives the launcher, whose end it sees as the end of its standard input, however that end came, and cleans up.
 * After an orderly stop it finds nothing to do.
 */
process.stdin.resume();
process.stdin.once('end', () => {
  void cleanUp(planFolder(process.argv[2]!)).then((found) => {
    if (found.length > 0) console.log(new Date().toISOString(), 'the launcher is gone: ended', found.join(', '));
  });
});

// Only the end of the launcher ends this; the terminal and a careless kill do not.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
