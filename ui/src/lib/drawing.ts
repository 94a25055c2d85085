// Pictures for other programs: boxes, lines and texts on white, as SVG or PNG. They go into documents, so they have the
// light colours whatever the window looks like.
import { font, hatch, paper } from './charts/paper';

export type Box = { x: number; y: number; w: number; h: number; fill?: string; stroke?: string; hatched?: boolean };
export type Line = { points: [number, number][]; stroke: string; width: number; dashed?: boolean };
export type Text = { x: number; y: number; text: string; size: number; fill: string; bold?: boolean; at?: 'start' | 'middle' | 'end' };
export type Drawing = { title: string; width: number; height: number; boxes: Box[]; lines: Line[]; texts: Text[] };

export const shortened = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const xml = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export function asSvg({ title, width, height, boxes, lines, texts }: Drawing): string {
  const box = ({ x, y, w, h, fill, stroke, hatched }: Box) => {
    const at = `x="${x}" y="${y}" width="${w}" height="${h}"`;
    const edge = stroke ? ` stroke="${stroke}"${fill ? '' : ' stroke-dasharray="3 2"'}` : '';
    return `<rect ${at} fill="${fill ?? 'none'}"${edge}/>${hatched ? `<rect ${at} fill="url(#alone)"/>` : ''}`;
  };
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${font}">`,
    `<title>${xml(title)}</title><rect width="100%" height="100%" fill="${paper.ground}"/>`,
    `<defs><pattern id="alone" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6" stroke="${hatch.colour}" stroke-opacity="${hatch.opacity}"/></pattern></defs>`,
    ...boxes.map(box),
    ...lines.map((l) => `<polyline points="${l.points.map((p) => p.join(',')).join(' ')}" fill="none" stroke="${l.stroke}" stroke-width="${l.width}"${l.dashed ? ' stroke-dasharray="5 3"' : ''}/>`),
    ...texts.map((t) => `<text x="${t.x}" y="${t.y}" font-size="${t.size}" fill="${t.fill}"${t.bold ? ' font-weight="600"' : ''}${t.at && t.at !== 'start' ? ` text-anchor="${t.at}"` : ''}>${xml(t.text)}</text>`),
    '</svg>',
  ].join('\n')}\n`;
}

/** Twice the size, for print; with the window's own fonts, which an SVG in a picture has not. */
function onCanvas({ width, height, boxes, lines, texts }: Drawing): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width: 2 * width, height: 2 * height });
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('canvas');
  pen.scale(2, 2);
  pen.fillStyle = paper.ground;
  pen.fillRect(0, 0, width, height);
  for (const { x, y, w, h, fill, stroke, hatched } of boxes) {
    pen.save();
    pen.beginPath();
    pen.rect(x, y, w, h);
    if (fill) {
      pen.fillStyle = fill;
      pen.fill();
    } else pen.setLineDash([3, 2]);
    if (stroke) {
      pen.strokeStyle = stroke;
      pen.stroke();
    }
    if (hatched) {
      pen.clip();
      pen.beginPath();
      for (let i = -h; i < w; i += 8) {
        pen.moveTo(x + i, y + h);
        pen.lineTo(x + i + h, y);
      }
      pen.globalAlpha = hatch.opacity;
      pen.strokeStyle = hatch.colour;
      pen.lineWidth = 0.75;
      pen.stroke();
    }
    pen.restore();
  }
  for (const { points, stroke, width: wide, dashed } of lines) {
    pen.save();
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.setLineDash(dashed ? [5, 3] : []);
    pen.strokeStyle = stroke;
    pen.lineWidth = wide;
    pen.stroke();
    pen.restore();
  }
  for (const { x, y, text, size, fill, bold, at } of texts) {
    pen.font = `${bold ? 600 : 400} ${size}px ${font}`;
    pen.fillStyle = fill;
    pen.textAlign = at === 'middle' ? 'center' : (at ?? 'start');
    pen.fillText(text, x, y);
  }
  return canvas;
}

/** Puts it on the clipboard as a PNG: a web view in a window may not download. */
export async function copyPng(drawing: Drawing): Promise<void> {
  const canvas = onCanvas(drawing);
  // Given as a promise, so that the click still counts as the user's wish when the picture is done.
  const png = new Promise<Blob>((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('canvas'))), 'image/png'));
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
}
