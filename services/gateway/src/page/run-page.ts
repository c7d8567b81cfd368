export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The same for every run and every reader: what it shows comes from the API. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Run · Sluice</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/assets/run-page.css">
  <script type="module" src="/assets/run-page.js"></script>
</head>
<body>
  <main>
    <h1 id="title">Run</h1>
    <form id="sign-in">
      <label for="token">API token</label>
      <input id="token" type="password" autocomplete="current-password" required spellcheck="false">
      <button>Show the run</button>
      <p>It stays in this page and is sent to this server alone.</p>
    </form>
    <p id="problem" role="alert"></p>
    <section id="run" aria-label="Run" hidden>
      <p id="about"></p>
      <p>Status: <strong id="status" role="status"></strong> <span id="reason"></span></p>
      <h2>Steps</h2>
      <ol id="steps"></ol>
      <h2 id="log-title">Log</h2>
      <pre id="log" tabindex="0" role="log" aria-labelledby="log-title"></pre>
    </section>
    <noscript>This page needs JavaScript. The same is at <code>/api/v1/runs/…</code>.</noscript>
  </main>
</body>
</html>
`;
