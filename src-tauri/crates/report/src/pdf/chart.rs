//! Charts, drawn by plotters onto the page.

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    block::{Layout, baseline},
    canvas::{Mark, Rgb},
    flow::Atom,
    font::{Face, Fonts},
    surface::{Surface, UNITS},
};
use crate::{
    ReportError,
    content::{Chart, ChartKind, Series, Tone},
};

/// Shades fall in steps that stay apart in grey.
fn shade(tone: Tone) -> Rgb {
    match tone {
        Tone::Critical => Rgb(0x6e, 0x1f, 0x1f),
        Tone::High => Rgb(0xb9, 0x4f, 0x3a),
        Tone::Medium => Rgb(0xdf, 0x9d, 0x55),
        Tone::Low => Rgb(0xbf, 0xd2, 0xdb),
        Tone::Rest => Rgb(0xe6, 0xe9, 0xec),
        Tone::First => Rgb(0x0c, 0x4a, 0x63),
        Tone::Second => Rgb(0xa9, 0xc4, 0xcf),
    }
}

fn plot(Rgb(r, g, b): Rgb) -> RGBColor {
    RGBColor(r, g, b)
}

impl Layout<'_> {
    /// Charts beside each other.
    pub(crate) fn charts(&self, charts: &[Chart]) -> Result<Atom, ReportError> {
        let gutter = 22.0;
        let count = charts.len().max(1) as f32;
        let width = (self.measure - gutter * (count - 1.0)) / count;
        let mut marks = Vec::new();
        let mut deepest: f32 = 0.0;
        for (index, chart) in charts.iter().enumerate() {
            let x = (width + gutter) * index as f32;
            deepest = deepest.max(self.chart(chart, x, width, &mut marks)?);
        }
        Ok(Atom { height: deepest, gap: self.scale.of(12.0), marks, ..Atom::default() })
    }

    fn chart(&self, chart: &Chart, x: f32, width: f32, marks: &mut Vec<Mark>) -> Result<f32, ReportError> {
        let title = self.set((x, 0.0), width, Face::Strong, self.scale.of(8.6), Rgb::INK, &chart.title);
        let mut y = title.height + 2.0;
        marks.extend(title.marks);
        if chart.series.len() > 1 {
            y = self.chart_legend(chart, (x, y), width, marks);
        }
        let height = match chart.kind {
            ChartKind::Stacked => {
                (chart.categories.len() as f32 * 13.5 + 23.0).clamp(60.0, self.depth - 80.0)
            }
            ChartKind::Grouped | ChartKind::Lines => 118.0,
        };
        let surface = Surface { fonts: Fonts::shared()?, marks, origin: (x, y), size: (width, height) };
        let root = surface.into_drawing_area();
        let drawn = match chart.kind {
            ChartKind::Stacked => stacked(&root, chart, self.fonts),
            ChartKind::Grouped | ChartKind::Lines => upright(&root, chart, self.fonts, width),
        };
        drawn
            .map_err(|error| ReportError::Chart { chart: chart.title.clone(), reason: error.to_string() })?;
        Ok(y + height)
    }

    fn chart_legend(&self, chart: &Chart, (left, top): (f32, f32), width: f32, marks: &mut Vec<Mark>) -> f32 {
        let size = self.scale.tiny();
        let (mut x, mut y) = (left, top);
        for series in chart.series.iter().filter(|s| shown(s)) {
            let own = self.fonts.width(Face::Regular, size, &series.name);
            if x > left && x + 11.0 + own > left + width {
                x = left;
                y += 10.5;
            }
            marks.push(Mark::Box {
                x,
                y: y + 2.0,
                w: 7.0,
                h: 7.0,
                fill: Some(shade(series.tone)),
                line: Some((Rgb::RULE, 0.3)),
            });
            marks.push(Mark::text(
                x + 10.0,
                y + 0.8 + baseline(size),
                Face::Regular,
                size,
                Rgb::MUTED,
                series.name.clone(),
            ));
            x += 10.0 + own + 11.0;
        }
        y + 13.0
    }
}

fn shown(series: &Series) -> bool {
    series.tone != Tone::Rest || series.values.iter().any(|v| *v > 0)
}

type Area<'m> = DrawingArea<Surface<'m>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<super::surface::Never>>;

fn letters(size: f32, colour: Rgb) -> TextStyle<'static> {
    let mut style = TextStyle::from(("plex", f64::from(size * UNITS)).into_font());
    style.color = plot(colour).to_backend_color();
    style
}

/// A whole number to end an axis with, and how many steps lead to it.
fn axis(most: u32) -> (u32, u32) {
    let most = most.max(1);
    let mut unit = 1u32;
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(factor);
            if most.div_ceil(step) <= 5 {
                return (step, most.div_ceil(step).saturating_mul(step));
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn units(points: f32) -> i32 {
    (points * UNITS) as i32
}

/// Horizontal bars, series stacked, the sum written at the end.
fn stacked(root: &Area<'_>, chart: &Chart, fonts: &Fonts) -> Drawn {
    let size = 7.2;
    let sums: Vec<u32> = (0..chart.categories.len())
        .map(|i| chart.series.iter().filter_map(|s| s.values.get(i)).sum())
        .collect();
    let (step, end) = axis(sums.iter().copied().max().unwrap_or(0));
    let names =
        chart.categories.iter().map(|c| fonts.width(Face::Regular, size, c)).fold(0.0, f32::max) + 6.0;
    let rows = chart.categories.len().max(1) as f64;
    let reach = f64::from(end);
    let mut built = ChartBuilder::on(root)
        .margin_right(units(20.0))
        .set_left_and_bottom_label_area_size(0)
        .x_label_area_size(units(20.0))
        .y_label_area_size(units(names))
        .build_cartesian_2d(0.0..reach, rows..0.0)?;
    let tick = letters(6.4, Rgb::MUTED);
    for value in (0..=end).step_by(step as usize) {
        let at = f64::from(value);
        built.draw_series([PathElement::new(
            vec![(at, 0.0), (at, rows)],
            plot(Rgb::HAIR).stroke_width(units(0.4) as u32),
        )])?;
        let (px, py) = built.backend_coord(&(at, rows));
        root.draw(&Text::new(
            value.to_string(),
            (px, py + units(2.0)),
            tick.pos(Pos::new(HPos::Center, VPos::Top)),
        ))?;
    }
    let (px, py) = built.backend_coord(&(reach, rows));
    root.draw(&Text::new(
        chart.unit.clone(),
        (px, py + units(10.5)),
        tick.pos(Pos::new(HPos::Right, VPos::Top)),
    ))?;
    for (row, sum) in sums.iter().enumerate() {
        let top = row as f64;
        let mut from = 0.0;
        for series in &chart.series {
            let value = f64::from(series.values.get(row).copied().unwrap_or(0));
            if value > 0.0 {
                let corners = [(from, top + 0.16), (from + value, top + 0.84)];
                built.draw_series([Rectangle::new(corners, plot(shade(series.tone)).filled())])?;
                built.draw_series([Rectangle::new(corners, WHITE.stroke_width(units(0.5) as u32))])?;
            }
            from += value;
        }
        let (px, py) = built.backend_coord(&(0.0, top + 0.5));
        let name = chart.categories.get(row).cloned().unwrap_or_default();
        root.draw(&Text::new(
            name,
            (px - units(4.0), py),
            letters(size, Rgb::INK).pos(Pos::new(HPos::Right, VPos::Center)),
        ))?;
        let (px, py) = built.backend_coord(&(from, top + 0.5));
        root.draw(&Text::new(
            sum.to_string(),
            (px + units(3.0), py),
            letters(size, Rgb::INK).pos(Pos::new(HPos::Left, VPos::Center)),
        ))?;
    }
    let base =
        PathElement::new(vec![(0.0, 0.0), (0.0, rows)], plot(Rgb::RULE).stroke_width(units(0.7) as u32));
    built.draw_series([base])?;
    Ok(())
}

/// Upright bars or lines, series beside each other.
fn upright(root: &Area<'_>, chart: &Chart, fonts: &Fonts, width: f32) -> Drawn {
    let most = chart.series.iter().flat_map(|s| s.values.iter().copied()).max().unwrap_or(0);
    let (step, end) = axis(most);
    let count = chart.categories.len().max(1);
    let columns = count as f64;
    let mut built = ChartBuilder::on(root)
        .margin_top(units(14.0))
        .x_label_area_size(units(13.0))
        .y_label_area_size(units(20.0))
        .build_cartesian_2d(0.0..columns, 0.0..f64::from(end))?;
    let tick = letters(6.4, Rgb::MUTED);
    for value in (0..=end).step_by(step as usize) {
        let at = f64::from(value);
        let (colour, stroke) = if value == 0 { (Rgb::RULE, 0.7) } else { (Rgb::HAIR, 0.4) };
        built.draw_series([PathElement::new(
            vec![(0.0, at), (columns, at)],
            plot(colour).stroke_width(units(stroke) as u32),
        )])?;
        let (px, py) = built.backend_coord(&(0.0, at));
        root.draw(&Text::new(
            value.to_string(),
            (px - units(4.0), py),
            tick.pos(Pos::new(HPos::Right, VPos::Center)),
        ))?;
    }
    root.draw(&Text::new(chart.unit.clone(), (0, 0), tick.pos(Pos::new(HPos::Left, VPos::Top))))?;
    let bars = chart.series.len().max(1) as f64;
    let room = (width - 20.0) / columns as f32;
    // Bars wider than a finger look like walls.
    let share = (0.72 / bars).min(f64::from(22.0 / room));
    for (index, series) in chart.series.iter().enumerate() {
        let colour = plot(shade(series.tone));
        if chart.kind == ChartKind::Lines {
            let line: Vec<(f64, f64)> =
                series.values.iter().enumerate().map(|(i, v)| (i as f64 + 0.5, f64::from(*v))).collect();
            built.draw_series([PathElement::new(line.clone(), colour.stroke_width(units(1.3) as u32))])?;
            // The first series is told by dots with figures above, others by squares with figures below.
            let above = index == 0;
            for (point, value) in line.iter().zip(&series.values) {
                let (px, py) = built.backend_coord(point);
                let half = units(1.7);
                if above {
                    root.draw(&Circle::new((px, py), half, colour.filled()))?;
                } else {
                    let corners = [(px - half, py - half), (px + half, py + half)];
                    root.draw(&Rectangle::new(corners, colour.filled()))?;
                }
                if room > 15.0 {
                    let side = if above { VPos::Bottom } else { VPos::Top };
                    let at = (px, if above { py - units(3.0) } else { py + units(3.0) });
                    let style = letters(6.2, Rgb::INK).pos(Pos::new(HPos::Center, side));
                    root.draw(&Text::new(value.to_string(), at, style))?;
                }
            }
            continue;
        }
        for (at, value) in series.values.iter().enumerate() {
            let left = at as f64 + 0.5 - share * bars / 2.0 + share * index as f64;
            if *value > 0 {
                built.draw_series([Rectangle::new(
                    [(left, 0.0), (left + share * 0.94, f64::from(*value))],
                    colour.filled(),
                )])?;
            }
            if width / (columns * bars) as f32 > 9.0 {
                let (px, py) = built.backend_coord(&(left + share * 0.47, f64::from(*value)));
                root.draw(&Text::new(
                    value.to_string(),
                    (px, py - units(0.5)),
                    letters(6.2, Rgb::INK).pos(Pos::new(HPos::Center, VPos::Bottom)),
                ))?;
            }
        }
    }
    // As many names as fit without touching.
    let widest =
        chart.categories.iter().map(|c| fonts.width(Face::Regular, 6.8, c)).fold(1.0, f32::max) + 5.0;
    let every = (widest / room).ceil().max(1.0) as usize;
    for (at, name) in
        chart.categories.iter().enumerate().filter(|(i, _)| (count - 1 - i).is_multiple_of(every))
    {
        let (px, py) = built.backend_coord(&(at as f64 + 0.5, 0.0));
        root.draw(&Text::new(
            name.clone(),
            (px, py + units(3.0)),
            letters(6.8, Rgb::INK).pos(Pos::new(HPos::Center, VPos::Top)),
        ))?;
    }
    Ok(())
}
