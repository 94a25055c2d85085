// What the page shows, for other programs. A web view in a window may not download, so it goes to the clipboard.
import type { Levels } from './api/types';
import { gaps, paper } from './charts/paper';
import { shortened, type Drawing } from './drawing';
import { frs } from './heat';

/** A cell of CSV; what a spreadsheet would take for a formula is made text. */
export function csvCell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
/** Rows of CSV, the first of them the head. */
export const csv = (rows: (string | number | boolean | null)[][]): string => rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');

/** A table of the page, as it reads: what has a name of its own besides its looks gives that. */
export function tableAsCsv(table: HTMLTableElement): string {
  const text = (cell: Element): string => {
    const copy = cell.cloneNode(true) as Element;
    for (const aside of copy.querySelectorAll('button, [aria-hidden=true], input, select')) aside.remove();
    return (copy.textContent ?? '').replace(/\s+/g, ' ').trim();
  };
  const cells = (row: HTMLTableRowElement) => [...row.cells].flatMap((cell) => [text(cell), ...Array<string>(Math.max(0, cell.colSpan - 1)).fill('')]);
  return csv([...table.rows].map(cells));
}

/** Rows as the engine gives them: a column for each field under its own name, some of them first, lists in one cell. */
export function recordsAsCsv<R extends object>(records: R[], first: readonly (keyof R & string)[] = []): string {
  const names = [...new Set<string>([...first, ...Object.keys(records[0] ?? {})])];
  const cell = (value: unknown): string | number | boolean | null =>
    value === null || value === undefined ? null
    : typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value
    : Array.isArray(value) && value.every((one) => typeof one !== 'object') ? value.join(' ')
    : JSON.stringify(value);
  return csv([names, ...records.map((record) => names.map((name) => cell((record as Record<string, unknown>)[name])))]);
}

export const levelsAsCsv = (levels: Levels): string =>
  csv([
    ['as_of', 'zone_id', 'zone', 'fr', 'sl_a', 'sl_t', 'gap', 'basis', 'limiting', 'open_findings'],
    ...levels.rows.flatMap((row) => row.cells.map((c) => [levels.as_of, row.zone, row.name, c.fr, c.achieved, c.target, c.gap, c.basis, c.limiting.join(' '), c.open])),
  ]);

export function levelsAsDrawing(levels: Levels, title: string, notAssessable: string): Drawing {
  const [left, top, w, h] = [280, 64, 64, 30];
  const x = (fr: number) => left + (fr - 1) * (w + 2);
  const drawing: Drawing = { title, width: x(8) + 70, height: top + levels.rows.length * (h + 2) + 12, boxes: [], lines: [], texts: [{ x: 8, y: 24, text: title, size: 16, fill: paper.ink, bold: true }] };
  const { boxes, texts } = drawing;
  for (const fr of frs) texts.push({ x: x(fr) + w / 2, y: top - 10, text: `FR ${fr}`, size: 13, fill: paper.soft, at: 'middle' });
  levels.rows.forEach((row, r) => {
    const y = top + r * (h + 2);
    texts.push({ x: 8 + row.depth * 12, y: y + 20, text: shortened(row.name, 40 - 2 * row.depth), size: 13, fill: paper.ink });
    for (const cell of row.cells) {
      const middle = { x: x(cell.fr) + w / 2, at: 'middle' } as const;
      if (cell.achieved === null || cell.gap === null) {
        boxes.push({ x: x(cell.fr) + 0.5, y: y + 0.5, w: w - 1, h: h - 1, stroke: paper.edge });
        texts.push({ ...middle, y: y + 18, text: notAssessable, size: 8, fill: paper.soft });
      } else {
        const [fill, ink] = gaps[Math.min(3, cell.gap)] ?? gaps[3];
        boxes.push({ x: x(cell.fr), y, w, h, fill, hatched: cell.basis === 'evidence' });
        texts.push({ ...middle, y: y + 20, text: `${cell.achieved} / ${cell.target}`, size: 13, fill: ink, bold: true });
      }
    }
    texts.push({ x: x(8) + 10, y: y + 20, text: row.level === null ? '–' : `SL ${row.level}`, size: 13, fill: paper.ink, bold: true });
  });
  return drawing;
}

/** Text that is there, or will be: then the clipboard is asked for at once, while the click still counts as the user's wish. */
export async function copyText(wanted: string | Promise<string>): Promise<void> {
  if (typeof wanted !== 'string' && typeof ClipboardItem === 'function') {
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': wanted.then((text) => new Blob([text], { type: 'text/plain' })) })]);
      return;
    } catch {
      // Either the text did not come, which is told below, or the web view wants it by another way.
    }
  }
  const text = await wanted;
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

/** An SVG as a PNG of twice its size, base64. */
export async function picture(svg: string): Promise<string> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 2 * image.naturalWidth, height: 2 * image.naturalHeight });
    const pen = canvas.getContext('2d');
    if (!pen) throw new Error('canvas');
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
  } finally {
    URL.revokeObjectURL(url);
  }
}
