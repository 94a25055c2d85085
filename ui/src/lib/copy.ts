// The heat map as text for other programs. A web view in a window may not download, so it goes to the clipboard.
import type { Levels } from './api/types';

/** A cell of CSV; what a spreadsheet would take for a formula is made text. */
export function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function levelsAsCsv(levels: Levels): string {
  const head = ['as_of', 'zone_id', 'zone', 'fr', 'sl_a', 'sl_t', 'gap', 'basis', 'limiting', 'open_findings'];
  const lines = levels.rows.flatMap((row) =>
    row.cells.map((c) =>
      [levels.as_of, row.zone, row.name, c.fr, c.achieved, c.target, c.gap, c.basis, c.limiting.join(' '), c.open].map(csvCell).join(','),
    ),
  );
  return [head.join(','), ...lines].join('\r\n') + '\r\n';
}

const xml = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const fills = [
  ['#e2ebf2', '#22384a'],
  ['#f7dc83', '#352a00'],
  ['#e88a3c', '#241000'],
  ['#6a1b5e', '#ffffff'],
] as const;

export function levelsAsSvg(levels: Levels, title: string, notAssessable: string): string {
  const [left, top, w, h] = [260, 64, 64, 30];
  const height = top + levels.rows.length * (h + 2) + 12;
  const width = left + 7 * (w + 2) + 70;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="'IBM Plex Sans', Arial, sans-serif" font-size="13">`,
    `<title>${xml(title)}</title><rect width="100%" height="100%" fill="#ffffff"/>`,
    '<defs><pattern id="alone" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6" stroke="#000000" stroke-opacity="0.25"/></pattern></defs>',
    `<text x="8" y="24" font-size="16" font-weight="600" fill="#17212b">${xml(title)}</text>`,
  ];
  for (let fr = 1; fr <= 7; fr += 1) {
    parts.push(`<text x="${left + (fr - 1) * (w + 2) + w / 2}" y="${top - 10}" text-anchor="middle" fill="#4b5864">FR ${fr}</text>`);
  }
  levels.rows.forEach((row, r) => {
    const y = top + r * (h + 2);
    parts.push(`<text x="${8 + row.depth * 12}" y="${y + 20}" fill="#17212b">${xml(row.name)}</text>`);
    row.cells.forEach((cell, c) => {
      const x = left + c * (w + 2);
      if (cell.achieved === null || cell.gap === null) {
        parts.push(`<rect x="${x + 0.5}" y="${y + 0.5}" width="${w - 1}" height="${h - 1}" fill="none" stroke="#8795a1" stroke-dasharray="3 2"/>`);
        parts.push(`<text x="${x + w / 2}" y="${y + 18}" text-anchor="middle" font-size="8" fill="#4b5864">${xml(notAssessable)}</text>`);
        return;
      }
      const [fill, ink] = fills[Math.min(3, cell.gap)] ?? fills[3];
      parts.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}"/>`);
      if (cell.basis === 'evidence') parts.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="url(#alone)"/>`);
      parts.push(`<text x="${x + w / 2}" y="${y + 20}" text-anchor="middle" fill="${ink}"><tspan font-weight="600">${cell.achieved}</tspan> / ${cell.target}</text>`);
    });
    parts.push(`<text x="${left + 7 * (w + 2) + 12}" y="${y + 20}" font-weight="600" fill="#17212b">${row.level === null ? '–' : `SL ${row.level}`}</text>`);
  });
  return `${parts.join('\n')}\n</svg>\n`;
}

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // Some web views refuse outside of https; the old way still works there.
    }
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('clipboard');
}
