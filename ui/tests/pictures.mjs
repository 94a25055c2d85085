// Approved pictures and their comparison: small enough to be kept, coarse enough that another rasteriser of fonts makes
// no difference, fine enough that a moved button, another colour or a missing panel does.
import { crc32, deflateSync } from 'node:zlib';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

/** Pixels of the page in a row of the small picture's pixel. */
const by = 5;
const colours = [36, 64, 96, 128, 192, 256];
/** How far a pixel may be off (OKLab, 1 is black against white), and how many of a window may be further off. */
const off = 0.06;
const windowSize = 12;
const many = 14;

/** A picture a fifth as wide and high, each pixel the mean of those it stands for. */
export function small(png) {
  const { width, height, data } = PNG.sync.read(png);
  const [w, h] = [Math.floor(width / by), Math.floor(height / by)];
  const out = new Uint8Array(w * h * 4);
  for (let y = 0; y < h; y += 1) {
    for (let x = 0; x < w; x += 1) {
      let [r, g, b] = [0, 0, 0];
      for (let dy = 0; dy < by; dy += 1) {
        for (let at = ((y * by + dy) * width + x * by) * 4, end = at + by * 4; at < end; at += 4) {
          r += data[at];
          g += data[at + 1];
          b += data[at + 2];
        }
      }
      const n = by * by;
      out.set([Math.round(r / n), Math.round(g / n), Math.round(b / n), 255], (y * w + x) * 4);
    }
  }
  return { width: w, height: h, data: out };
}

/** The picture as PNG in as few colours as keep it like itself. */
export function write(picture) {
  let png;
  for (const n of colours) {
    png = indexed(picture, n);
    if (apart(PNG.sync.read(png), picture) < many / 4) break;
  }
  return png;
}

function indexed({ width, height, data }, colours) {
  const { palette, nearest } = paletteOf(data, colours);
  const rows = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < width * height; i += 1) rows[i + Math.floor(i / width) + 1] = nearest(data[i * 4], data[i * 4 + 1], data[i * 4 + 2]);
  const chunk = (type, body) => {
    const all = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(body.length, 0);
    ends.writeUInt32BE(crc32(all), 4);
    return Buffer.concat([ends.subarray(0, 4), all, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('PLTE', Buffer.from(palette.flat())), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/**
 * Few colours that stand for all: the commonest first, then whichever is worst off, weighed by how many there are, so that small
 * badges keep theirs; then each the mean of those it stands for.
 */
function paletteOf(data, colours) {
  const counts = new Map();
  for (let i = 0; i < data.length; i += 4) {
    const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const all = [...counts].map(([colour, n]) => ({ key: colour, n, rgb: [colour >> 16, (colour >> 8) & 255, colour & 255], far: Infinity, near: 0 }));
  for (const one of all) one.at = lab(one.rgb);
  // As pixelmatch measures: lightness, and what else there is.
  const between = (a, b) => (Math.abs(a[0] - b[0]) + Math.hypot(a[1] - b[1], a[2] - b[2])) ** 2;
  const palette = [];
  let next = all.reduce((a, b) => (b.n > a.n ? b : a));
  while (palette.length < colours && next.far > 0) {
    palette.push(next.rgb);
    let worst = 0;
    for (const one of all) {
      const far = between(one.at, next.at);
      if (far < one.far) [one.far, one.near] = [far, palette.length - 1];
    }
    for (const one of all) {
      const weight = one.far * one.n ** 0.25;
      if (weight >= worst) [worst, next] = [weight, one];
    }
  }
  const found = new Map(all.map((one) => [one.key, one.near]));
  return { palette, nearest: (r, g, b) => found.get((r << 16) | (g << 8) | b) };
}
/** OKLab, as by its author Björn Ottosson. */
function lab(rgb) {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}

/** How many pixels of the worst place are off. */
const apart = (was, now, shown = null) => pixelmatch(was.data, now.data, shown, now.width, now.height, { threshold: off, includeAA: true, windowSize });

/** What differs between a kept picture and one that `small` made: null, or words and a picture of approved, new, and difference. */
export function difference(kept, now) {
  const was = PNG.sync.read(kept);
  if (was.width !== now.width || was.height !== now.height) return { words: `was ${was.width} × ${was.height}, is ${now.width} × ${now.height}`, picture: beside(was, now) };
  const shown = new PNG({ width: now.width, height: now.height });
  const most = apart(was, now, shown.data);
  return most < many ? null : { words: `differs: ${most} of ${windowSize ** 2} pixels in one place`, picture: beside(was, now, shown) };
}

/** Pictures side by side, each pixel three times as large. */
function beside(...pictures) {
  const times = 3;
  const width = pictures.reduce((sum, p) => sum + p.width, 0) * times + (pictures.length - 1) * times * 2;
  const out = new PNG({ width, height: Math.max(...pictures.map((p) => p.height)) * times });
  out.data.fill(255);
  let left = 0;
  for (const { width: w, height: h, data } of pictures) {
    for (let y = 0; y < h * times; y += 1) {
      for (let x = 0; x < w * times; x += 1) {
        const from = (Math.floor(y / times) * w + Math.floor(x / times)) * 4;
        out.data.set(data.subarray(from, from + 4), (y * width + left + x) * 4);
      }
    }
    left += (w + 2) * times;
  }
  return PNG.sync.write(out);
}
