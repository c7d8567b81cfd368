/** Where the lab tells what it is doing. `name` is the part that speaks, `text` a lower-case fact. */
export interface Report {
  step(name: string, text: string): void;
}

const DIM = '\u001b[2m';
const CYAN = '\u001b[36m';
const RESET = '\u001b[0m';

/** One line for each step, with the seconds since the start; coloured only for people. */
export function terminalReport(stream: NodeJS.WriteStream, startedAt = Date.now()): Report {
  const [dim, cyan, reset] = stream.isTTY ? [DIM, CYAN, RESET] : ['', '', ''];
  return {
    step(name, text) {
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(5);
      stream.write(`${dim}${seconds} s${reset}  ${cyan}${name.padEnd(10)}${reset} ${text}\n`);
    },
  };
}
