/** What of `expected` did not come in that order; other events may come anywhere. Undefined when all did. */
export function missingInOrder(expected: readonly string[], heard: readonly string[]): string | undefined {
  let position = 0;
  for (const [index, type] of expected.entries()) {
    const found = heard.indexOf(type, position);
    if (found === -1)
      return `${type} (number ${index + 1}) after ${expected.slice(0, index).join(', ') || 'nothing'}; heard ${heard.join(', ')}`;
    position = found + 1;
  }
  return undefined;
}
