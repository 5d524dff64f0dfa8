//! A plot with two axes: lines, and dots of which some are named.

use crate::html::axis::Axis;
use crate::html::svg::{Anchor, Svg, cut, text_width};

/// How wide a drawing is to be; a page has one of each, and shows the one that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For a desk.
    Wide,
    /// For a phone.
    Narrow,
}

impl Size {
    pub const BOTH: [Size; 2] = [Size::Wide, Size::Narrow];

    /// The class of the element.
    pub const fn class(self) -> &'static str {
        match self {
            Size::Wide => "wide",
            Size::Narrow => "narrow",
        }
    }

    /// In pixels.
    pub const fn width(self) -> f64 {
        match self {
            Size::Wide => 960.0,
            Size::Narrow => 350.0,
        }
    }
}

/// A line through values.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub points: Vec<[f64; 2]>,
    pub class: String,
    /// What stands at its end.
    pub label: String,
    /// Whether a value holds until the next.
    pub is_step: bool,
}

/// A dot.
#[derive(Clone, Debug, Default)]
pub struct Dot {
    pub at: [f64; 2],
    pub radius: f64,
    pub class: String,
    pub hint: String,
    /// The name beside it, if there is room.
    pub label: String,
}

/// A plot.
#[derive(Clone, Debug)]
pub struct Chart {
    pub x: Axis,
    pub y: Axis,
    /// Height over width for a desk.
    pub shape: f64,
    pub lines: Vec<Line>,
    pub dots: Vec<Dot>,
}

/// Where the plot lies in the drawing.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Chart {
    /// The drawing.
    pub fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let height = match size {
            Size::Wide => width * self.shape,
            Size::Narrow => (width * self.shape * 2.0).clamp(0.75 * width, 1.15 * width),
        };
        let mut svg = Svg::new(width, height);
        let frame = Frame {
            left: 48.0,
            right: width - 10.0,
            top: 26.0,
            bottom: height - 40.0,
        };
        self.grid(&mut svg, &frame, size);
        let mut taken = Vec::new();
        let mut named: Vec<[f64; 2]> = Vec::new();
        for line in &self.lines {
            self.line(&mut svg, &frame, line, &mut taken);
        }
        for dot in &self.dots {
            let [x, y] = self.place(&frame, dot.at);
            svg.circle(x, y, dot.radius, &dot.class, &dot.hint);
        }
        for dot in self.dots.iter().filter(|dot| !dot.label.is_empty()) {
            // Of dots on one spot the first is named.
            let [x, y] = self.place(&frame, dot.at);
            if named.iter().all(|[a, b]| (x - a).hypot(y - b) > 5.0) {
                named.push([x, y]);
                self.name(&mut svg, &frame, dot, &mut taken);
            }
        }
        svg
    }

    fn place(&self, f: &Frame, [x, y]: [f64; 2]) -> [f64; 2] {
        let x = f.left + self.x.place(x) * (f.right - f.left);
        let y = f.bottom - self.y.place(y) * (f.bottom - f.top);
        [x.clamp(f.left, f.right), y.clamp(f.top, f.bottom)]
    }

    fn grid(&self, svg: &mut Svg, f: &Frame, size: Size) {
        let (across, up) = match size {
            Size::Wide => (9, 7),
            Size::Narrow => (5, 6),
        };
        for (value, label) in self.y.ticks(up) {
            let [_, y] = self.place(f, [self.x.least, value]);
            svg.line(&[[f.left, y], [f.right, y]], "grid");
            svg.text(f.left - 7.0, y + 4.0, Anchor::End, "tick", &label);
        }
        for (value, label) in self.x.ticks(across) {
            let [x, _] = self.place(f, [value, self.y.least]);
            svg.line(&[[x, f.bottom], [x, f.bottom + 4.0]], "axis");
            let x = x.min(f.right - text_width(&label) / 2.0 + 8.0);
            svg.text(x, f.bottom + 18.0, Anchor::Middle, "tick", &label);
        }
        svg.line(&[[f.left, f.bottom], [f.right, f.bottom]], "axis");
        svg.text(0.0, 12.0, Anchor::Start, "title", &self.y.title);
        svg.text(
            f.right,
            f.bottom + 35.0,
            Anchor::End,
            "title",
            &self.x.title,
        );
    }

    fn line(&self, svg: &mut Svg, f: &Frame, line: &Line, taken: &mut Vec<[f64; 4]>) {
        let mut points: Vec<[f64; 2]> = Vec::new();
        for point in &line.points {
            let [x, y] = self.place(f, *point);
            if let Some([_, before]) = points.last().copied().filter(|_| line.is_step) {
                points.push([x, before]);
            }
            points.push([x, y]);
        }
        svg.line(&points, &line.class);
        let Some([x, y]) = points.last().copied().filter(|_| !line.label.is_empty()) else {
            return;
        };
        let label = cut(&line.label, f.right - f.left);
        let width = text_width(&label);
        let x = x.clamp(f.left + width, f.right);
        // Above the line's end, or where there is room.
        let heights = [-6.0, 14.0, -20.0, 28.0, -34.0, 42.0, -48.0, 56.0, -62.0];
        let boxes = heights.map(|up| [x - width, y + up - 10.0, width, 13.0]);
        let inside = |b: &[f64; 4]| b[1] >= f.top - 14.0 && b[1] + b[3] <= f.bottom;
        let mut free = boxes.into_iter().filter(|b| inside(b) && is_free(b, taken));
        let Some(found) = free.next() else {
            return;
        };
        taken.push(found);
        let class = format!("name {}", line.class.replace("line ", "ink "));
        svg.text(x, found[1] + 10.0, Anchor::End, &class, &label);
    }

    fn name(&self, svg: &mut Svg, f: &Frame, dot: &Dot, taken: &mut Vec<[f64; 4]>) {
        let [x, y] = self.place(f, dot.at);
        let label = cut(&dot.label, 190.0);
        let (width, away) = (text_width(&label), dot.radius + 4.0);
        let places = [
            (x + away, y + 4.0, Anchor::Start),
            (x - away, y + 4.0, Anchor::End),
            (x + away, y - 9.0, Anchor::Start),
            (x + away, y + 17.0, Anchor::Start),
            (x - away, y - 9.0, Anchor::End),
            (x - away, y + 17.0, Anchor::End),
            (x + away, y - 22.0, Anchor::Start),
            (x - away, y + 30.0, Anchor::End),
        ];
        for (x, y, anchor) in places {
            let left = if anchor == Anchor::End { x - width } else { x };
            let area = [left, y - 10.0, width, 13.0];
            let inside = left >= f.left && left + width <= f.right + 4.0;
            let inside = inside && area[1] >= f.top - 12.0 && y <= f.bottom;
            if inside && is_free(&area, taken) {
                taken.push(area);
                svg.text(x, y, anchor, "name", &label);
                return;
            }
        }
    }
}

fn is_free(area: &[f64; 4], taken: &[[f64; 4]]) -> bool {
    let [x, y, w, h] = *area;
    let apart = |other: &[f64; 4]| {
        let [a, b, c, d] = *other;
        x + w <= a || a + c <= x || y + h <= b || b + d <= y
    };
    taken.iter().all(apart)
}
