export const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; }
[hidden] { display: none; }
input, button { font: inherit; padding: .35rem .6rem; }
label { display: block; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
ol { padding-left: 1.5rem; }
li button { background: none; border: 0; padding: .1rem 0; color: LinkText; text-decoration: underline; cursor: pointer; }
li button[aria-pressed=true] { font-weight: 700; }
pre { max-height: 60vh; overflow: auto; padding: .75rem; border: 1px solid GrayText; white-space: pre-wrap; overflow-wrap: anywhere; }
#problem:empty { display: none; }
`;
