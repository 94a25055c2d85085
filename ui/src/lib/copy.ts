// The heat map for other programs, as text or picture. A web view in a window may not download, so it goes to the clipboard.
import type { Levels } from './api/types';
import { frs } from './heat';

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

const fills = [
  ['#e2ebf2', '#22384a'],
  ['#f7dc83', '#352a00'],
  ['#e88a3c', '#241000'],
  ['#6a1b5e', '#ffffff'],
] as const;
const font = "'IBM Plex Sans', Arial, sans-serif";

type Box = { x: number; y: number; w: number; h: number; fill?: string; hatched?: boolean };
type Text = { x: number; y: number; text: string; size: number; fill: string; bold?: boolean; middle?: boolean };
type Drawing = { width: number; height: number; boxes: Box[]; texts: Text[] };

/** The heat map as boxes and texts, on white: it goes into documents. */
function draw(levels: Levels, title: string, notAssessable: string): Drawing {
  const [left, top, w, h] = [280, 64, 64, 30];
  const x = (fr: number) => left + (fr - 1) * (w + 2);
  const boxes: Box[] = [];
  const texts: Text[] = [{ x: 8, y: 24, text: title, size: 16, fill: '#17212b', bold: true }];
  for (const fr of frs) texts.push({ x: x(fr) + w / 2, y: top - 10, text: `FR ${fr}`, size: 13, fill: '#4b5864', middle: true });
  levels.rows.forEach((row, r) => {
    const y = top + r * (h + 2);
    texts.push({ x: 8 + row.depth * 12, y: y + 20, text: shortened(row.name, 40 - 2 * row.depth), size: 13, fill: '#17212b' });
    for (const cell of row.cells) {
      const middle = { x: x(cell.fr) + w / 2, middle: true };
      if (cell.achieved === null || cell.gap === null) {
        boxes.push({ x: x(cell.fr) + 0.5, y: y + 0.5, w: w - 1, h: h - 1 });
        texts.push({ ...middle, y: y + 18, text: notAssessable, size: 8, fill: '#4b5864' });
      } else {
        const [fill, ink] = fills[Math.min(3, cell.gap)] ?? fills[3];
        boxes.push({ x: x(cell.fr), y, w, h, fill, hatched: cell.basis === 'evidence' });
        texts.push({ ...middle, y: y + 20, text: `${cell.achieved} / ${cell.target}`, size: 13, fill: ink, bold: true });
      }
    }
    texts.push({ x: x(8) + 10, y: y + 20, text: row.level === null ? '–' : `SL ${row.level}`, size: 13, fill: '#17212b', bold: true });
  });
  return { width: x(8) + 70, height: top + levels.rows.length * (h + 2) + 12, boxes, texts };
}
const shortened = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const xml = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export function levelsAsSvg(levels: Levels, title: string, notAssessable: string): string {
  const { width, height, boxes, texts } = draw(levels, title, notAssessable);
  const box = ({ x, y, w, h, fill, hatched }: Box) => {
    const at = `x="${x}" y="${y}" width="${w}" height="${h}"`;
    if (!fill) return `<rect ${at} fill="none" stroke="#8795a1" stroke-dasharray="3 2"/>`;
    return `<rect ${at} fill="${fill}"/>${hatched ? `<rect ${at} fill="url(#alone)"/>` : ''}`;
  };
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${font}">`,
    `<title>${xml(title)}</title><rect width="100%" height="100%" fill="#ffffff"/>`,
    '<defs><pattern id="alone" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6" stroke="#000000" stroke-opacity="0.25"/></pattern></defs>',
    ...boxes.map(box),
    ...texts.map((t) => `<text x="${t.x}" y="${t.y}" font-size="${t.size}" fill="${t.fill}"${t.bold ? ' font-weight="600"' : ''}${t.middle ? ' text-anchor="middle"' : ''}>${xml(t.text)}</text>`),
    '</svg>',
  ].join('\n')}\n`;
}

/** Twice the size, for print. */
function levelsOnCanvas({ width, height, boxes, texts }: Drawing): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width: 2 * width, height: 2 * height });
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('canvas');
  pen.scale(2, 2);
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, width, height);
  for (const { x, y, w, h, fill, hatched } of boxes) {
    pen.save();
    pen.beginPath();
    pen.rect(x, y, w, h);
    if (fill) {
      pen.fillStyle = fill;
      pen.fill();
    } else {
      pen.strokeStyle = '#8795a1';
      pen.setLineDash([3, 2]);
      pen.stroke();
    }
    if (hatched) {
      pen.clip();
      pen.beginPath();
      for (let i = -h; i < w; i += 8) {
        pen.moveTo(x + i, y + h);
        pen.lineTo(x + i + h, y);
      }
      pen.strokeStyle = 'rgb(0 0 0 / 0.25)';
      pen.lineWidth = 0.75;
      pen.stroke();
    }
    pen.restore();
  }
  for (const { x, y, text, size, fill, bold, middle } of texts) {
    pen.font = `${bold ? 600 : 400} ${size}px ${font}`;
    pen.fillStyle = fill;
    pen.textAlign = middle ? 'center' : 'left';
    pen.fillText(text, x, y);
  }
  return canvas;
}

export async function copyPng(levels: Levels, title: string, notAssessable: string): Promise<void> {
  const canvas = levelsOnCanvas(draw(levels, title, notAssessable));
  // Given as a promise, so that the click still counts as the user's wish when the picture is done.
  const png = new Promise<Blob>((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('canvas'))), 'image/png'));
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
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
