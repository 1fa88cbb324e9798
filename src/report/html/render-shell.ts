import { createHash } from 'node:crypto';
import { embedJson } from './embed-json.js';
import { readPageAssets } from './page-assets.js';
import type { LiveSource } from './page-data.js';

export interface Shell {
  readonly title: string;
  readonly dataJson: string;
  readonly live: LiveSource;
}

/** The document around the data: its script builds the rest, from text alone. */
export function renderShell({ title, dataJson, live }: Shell): string {
  const { script, style } = readPageAssets();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy({ script, style, isLive: live !== null })}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript><p class="noscript">This report is drawn by a script of its own, which asks no other machine for anything. Allow scripts to read it, or read the text or JSON beside it.</p></noscript>
<script type="application/json" id="data">${embedJson(dataJson)}</script>
<script type="application/json" id="live">${embedJson(JSON.stringify(live))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Allows the page's own script and style and nothing else; a served page may ask its own server. */
export function contentSecurityPolicy({
  script,
  style,
  isLive,
}: {
  readonly script: string;
  readonly style: string;
  readonly isLive: boolean;
}): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    ...(isLive ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
