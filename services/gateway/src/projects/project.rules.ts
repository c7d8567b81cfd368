import { REF } from '@sluice/contracts';

const CLONE_PROTOCOLS = ['https:', 'http:', 'ssh:'];

/** A URL that git may fetch from: no local path, no helper program, and no password, because events carry it. */
export function isCloneUrl(text: unknown): boolean {
  if (typeof text !== 'string' || text.length > 2048 || !/^[a-z]+:\/\/[^-\s]\S*$/.test(text)) return false;
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const namesItself = url.username !== '' && url.protocol !== 'ssh:';
  return CLONE_PROTOCOLS.includes(url.protocol) && url.host !== '' && url.password === '' && !namesItself;
}

/** A branch name that git accepts and that no command line reads as an option. */
export function isBranch(text: unknown): boolean {
  if (typeof text !== 'string' || text.length > 200 || !REF.test(`refs/heads/${text}`)) return false;
  const parts = text.split('/');
  return (
    !text.startsWith('-') &&
    !/\.\.|@\{|\.$/.test(text) &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  );
}
