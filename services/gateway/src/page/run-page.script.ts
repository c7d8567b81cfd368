/** Plain JavaScript for browsers. Everything from outside becomes text nodes, never markup. */
export const SCRIPT = `
const id = location.pathname.split('/').pop();
const $ = (name) => document.getElementById(name);
const MOST_LOG_LINES = 5000;
let token = '';
let followed = { step: '', stop: new AbortController() };

async function ask(path, signal) {
  const answer = await fetch('/api/v1/' + path, { headers: { authorization: 'Bearer ' + token }, signal });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail || 'The server answered ' + answer.status + '.'), { status: answer.status });
}

async function* linesOf(answer) {
  let rest = '';
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\\n');
    rest = lines.pop();
    yield* lines;
  }
}

async function showRun() {
  const run = await (await ask('runs/' + id)).json();
  const title = run.project + ' #' + run.number;
  document.title = title + ' ' + run.status + ' · Sluice';
  $('title').textContent = title;
  $('about').textContent = [run.ref, run.commit.slice(0, 12), run.subject, 'by ' + run.pusher].join(' · ');
  if ($('status').textContent !== run.status) $('status').textContent = run.status;
  $('reason').textContent = run.reason || '';
  $('sign-in').hidden = true;
  $('run').hidden = false;
  $('problem').textContent = '';
  const focused = document.activeElement && document.activeElement.dataset.step;
  $('steps').replaceChildren(...run.steps.map(stepRow));
  if (focused) document.querySelector('[data-step="' + focused + '"]')?.focus();
  const current = run.steps.filter((step) => step.stage && step.startedAt).pop();
  if (current && !followed.chosen) followLog(current);
}

function stepRow(step) {
  const row = document.createElement('li');
  const name = (step.stage || step.kind) + ' in ' + step.environment;
  const ended = step.finishedAt ? Date.parse(step.finishedAt) : Date.now();
  const seconds = step.startedAt ? ', ' + ((ended - Date.parse(step.startedAt)) / 1000).toFixed(1) + ' s' : '';
  const told = step.failure ? ': ' + step.failure.message : '';
  if (step.stage && step.startedAt) {
    const button = document.createElement('button');
    button.textContent = name;
    button.dataset.step = step.id;
    button.setAttribute('aria-pressed', String(step.id === followed.step));
    button.addEventListener('click', () => followLog(step, true));
    row.append(button);
  } else row.append(name);
  row.append(' ' + step.status + seconds + told);
  return row;
}

async function followLog(step, chosen = false) {
  if (chosen) followed.chosen = true;
  if (step.id === followed.step) return;
  followed.stop.abort();
  const mine = (followed = { step: step.id, stop: new AbortController(), chosen: followed.chosen });
  for (const button of document.querySelectorAll('[data-step]'))
    button.setAttribute('aria-pressed', String(button.dataset.step === step.id));
  $('log-title').textContent = 'Log of ' + step.stage + ' in ' + step.environment;
  $('log').replaceChildren();
  for (let after = 0, open = true; open && followed === mine; ) {
    try {
      const answer = await ask('logs/' + step.stage + '/' + step.id + '?follow=true&after=' + after, mine.stop.signal);
      for await (const line of linesOf(answer)) {
        const { number, text } = JSON.parse(line);
        after = number;
        addLine(text);
      }
      open = false;
    } catch (error) {
      if (mine.stop.signal.aborted || error.status) return;
      await new Promise((resolve) => setTimeout(resolve, 1000)); // The connection broke: go on after the last line.
    }
  }
}

function addLine(text) {
  const log = $('log');
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 5;
  log.append(text + '\\n');
  while (log.childNodes.length > MOST_LOG_LINES) log.firstChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

async function followRun() {
  for (;;) {
    try {
      const answer = await ask('events?run=' + id);
      await showRun(); // After the stream is open: what happens from here on is told.
      for await (const line of linesOf(answer)) if (line.startsWith('data:')) await showRun();
    } catch (error) {
      $('problem').textContent = error.message;
      if (error.status && error.status < 500) {
        $('sign-in').hidden = false;
        return $('token').focus();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

$('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  token = $('token').value.trim();
  $('token').value = '';
  $('problem').textContent = '';
  void followRun();
});
`;
